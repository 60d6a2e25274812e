//! A line of text that is being typed.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::app::field::TextField;

/// The text with its cursor, in at most so many columns: where it is longer, what is around the cursor.
pub fn line(field: &TextField, theme: Theme, width: u16) -> Line<'static> {
    let characters: Vec<char> = field.text().chars().collect();
    let (at, room) = (field.cursor(), usize::from(width.max(1)));
    // The cursor behind the text needs a column, too.
    let first = (at + 1).saturating_sub(room);
    let text = |from: usize, to: usize| -> String {
        characters
            .iter()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect()
    };
    let under = characters.get(at).copied().unwrap_or(' ');
    Line::from(vec![
        Span::styled(text(first, at), theme.strong()),
        Span::styled(under.to_string(), theme.cursor()),
        Span::styled(text(at + 1, first + room), theme.strong()),
    ])
    .style(Style::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key::Key;

    fn drawn(field: &TextField, width: u16) -> String {
        line(field, Theme::plain(), width)
            .spans
            .iter()
            .map(|span| span.content.as_ref())
            .collect()
    }

    #[test]
    fn a_text_that_is_too_long_shows_what_is_around_the_cursor() {
        let mut field = TextField::new("gil threads", 20);
        assert_eq!(drawn(&field, 20), "gil threads ");
        assert_eq!(drawn(&field, 6), "reads ");
        field.apply(Key::Home);
        assert_eq!(drawn(&field, 6), "gil th");
        assert_eq!(drawn(&field, 0), "g");
    }
}
