//! A form: rows with values, a cursor on one of them, and a text field while a value is typed.
//!
//! A form says which rows it has and what changes them. Moving, typing and cancelling are the same for all forms, and
//! so is [how they are drawn](crate::ui::widget::form).

use crate::ui::{choice::stepped, field::TextField, key::Key};

/// The maximum length of a number, in characters. The largest number fits with its digits in groups, and so does a list
/// of numbers. If the end of a number were cut off, it would be a different number.
const MOST_TYPED: usize = 40;

/// A row of a form in its current state.
#[derive(Clone, Debug)]
pub struct FormField {
    /// The text before the value.
    pub label: &'static str,
    /// The value.
    pub value: String,
    /// A shorter form of the value, for a narrow form.
    pub short: Option<String>,
    /// The text after the value.
    pub note: String,
    /// The text after the typed input.
    pub unit: &'static str,
    /// The explanation of the row.
    pub about: String,
    /// How the value is changed.
    pub way: Way,
    /// Whether the value is refused.
    pub is_wrong: bool,
}

/// How the value of a row is changed.
#[derive(Clone, Debug)]
pub enum Way {
    /// The value cannot be changed, and the cursor skips the row.
    Fixed,
    /// ← and → go through the choices.
    Choice,
    /// ← and → go up and down, and a digit starts a new number.
    Number(TextField),
    /// Any key types text while the cursor is on the row.
    Text(TextField),
    /// Enter goes on with a text, which may also be empty.
    Line {
        /// The text from which typing goes on.
        field: TextField,
        /// The text that stays if the user cancels.
        kept: String,
    },
}

impl FormField {
    /// A row of choices.
    pub fn new(
        label: &'static str,
        value: impl Into<String>,
        about: impl Into<String>,
    ) -> FormField {
        FormField {
            label,
            value: value.into(),
            short: None,
            note: String::new(),
            unit: "",
            about: about.into(),
            way: Way::Choice,
            is_wrong: false,
        }
    }

    /// The same row, changed in this way.
    pub fn by(self, way: Way) -> FormField {
        FormField { way, ..self }
    }

    /// The same row as a number. Typing continues from `text`.
    pub fn typed(self, text: &str) -> FormField {
        self.by(Way::Number(TextField::new(text, MOST_TYPED)))
    }
}

/// The cursor of a form, and what is being typed there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormEntry {
    /// The index of the selected row.
    pub at: usize,
    typing: Option<Typing>,
    /// A remark about the last change.
    pub remark: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Typing {
    field: TextField,
    before: String,
    /// Why the typed text is refused; `None` if it is not.
    wrong: Option<String>,
}

impl FormEntry {
    /// An entry with the cursor on this row.
    pub fn at(at: usize) -> FormEntry {
        FormEntry {
            at,
            ..FormEntry::default()
        }
    }

    /// The field in which the user types, if any.
    pub fn field(&self) -> Option<&TextField> {
        self.typing.as_ref().map(|typing| &typing.field)
    }

    /// Why the typed text is refused; `None` if it is not.
    pub fn wrong(&self) -> Option<&str> {
        self.typing.as_ref()?.wrong.as_deref()
    }
}

/// Rows that can be changed. The cursor is on one of them.
pub trait Form {
    /// The cursor, and what is being typed there.
    fn entry(&self) -> &FormEntry;

    /// The same, mutable.
    fn entry_mut(&mut self) -> &mut FormEntry;

    /// All rows. The cursor can be on at least one of them.
    fn rows(&self) -> Vec<FormField>;

    /// Selects the next choice or a larger number in the selected row; or the previous choice or a smaller number.
    fn change(&mut self, up: bool);

    /// Takes the typed text as the value of the selected row.
    ///
    /// # Errors
    /// If the text is not a valid value. The message is one sentence.
    fn take(&mut self, text: &str) -> Result<(), String>;

    /// The selected row.
    fn row(&self) -> Option<FormField> {
        self.rows().into_iter().nth(self.entry().at)
    }

    /// How the value of the selected row is changed.
    fn way(&self) -> Way {
        self.row().map_or(Way::Fixed, |row| row.way)
    }

    /// The typed text, if the user is typing.
    fn typed(&self) -> Option<&str> {
        self.entry().field().map(TextField::text)
    }

    /// Whether the selected row accepts typing.
    fn can_type(&self) -> bool {
        !matches!(self.way(), Way::Fixed | Way::Choice)
    }

    /// Whether some row is a number.
    fn has_numbers(&self) -> bool {
        let rows = self.rows();
        rows.iter().any(|row| matches!(row.way, Way::Number(_)))
    }

    /// Whether ← and → do something in the selected row.
    fn can_change(&self) -> bool {
        matches!(self.way(), Way::Number(_) | Way::Choice)
    }

    /// Moves the cursor by this many rows and accepts what was typed.
    fn step(&mut self, by: isize) {
        let rows = self.rows().into_iter().enumerate();
        let within = rows.filter(|(_, row)| !matches!(row.way, Way::Fixed));
        let within: Vec<usize> = within.map(|(at, _)| at).collect();
        self.go_to(stepped(&within, self.entry().at, by));
    }

    /// Moves the cursor to this row and accepts what was typed. Returns whether the cursor was there already and no
    /// invalid text was typed.
    fn go_to(&mut self, at: usize) -> bool {
        let was_there = self.entry().at == at;
        let rows = self.rows();
        let can_be_there = rows
            .get(at)
            .is_some_and(|row| !matches!(row.way, Way::Fixed));
        let is_accepted = can_be_there && self.accept();
        if is_accepted {
            *self.entry_mut() = FormEntry::at(at);
            if matches!(self.way(), Way::Text(_)) {
                self.begin_typing(Key::End);
            }
        }
        is_accepted && was_there
    }

    /// Does what Enter does: starts typing a number, or selects the next choice.
    fn edit(&mut self) {
        match self.way() {
            Way::Number(_) | Way::Line { .. } => self.begin_typing(Key::Enter),
            Way::Choice => self.change(true),
            Way::Fixed | Way::Text(_) => {}
        }
    }

    /// Starts typing with this key. Backspace continues from the current value; a digit starts a new one.
    fn begin_typing(&mut self, key: Key) {
        let way = self.way();
        let is_new = matches!(
            (&way, key),
            (_, Key::Char(_)) | (Way::Number(_) | Way::Text(_), Key::Enter)
        );
        let (mut field, before) = match way {
            Way::Number(field) | Way::Text(field) => {
                let before = field.text().to_string();
                (field, before)
            }
            Way::Line { field, kept } => (field, kept),
            Way::Fixed | Way::Choice => return,
        };
        if is_new {
            field = field.emptied();
        }
        let typing = Typing {
            field,
            before,
            wrong: None,
        };
        (self.entry_mut().typing, self.entry_mut().remark) = (Some(typing), None);
        self.type_key(key);
    }

    /// Adds a key to what is typed. The new value takes effect at once.
    fn type_key(&mut self, key: Key) {
        if !self.can_type() {
            return;
        }
        let may_be_empty = matches!(self.way(), Way::Line { .. });
        let Some(Typing { field, before, .. }) = &mut self.entry_mut().typing else {
            return;
        };
        if field.apply(key) {
            // An empty number counts as no input.
            let text = Some(field.text().trim()).filter(|text| may_be_empty || !text.is_empty());
            let text = text.unwrap_or(before).to_string();
            let wrong = self.take(&text).err();
            if let Some(typing) = &mut self.entry_mut().typing {
                typing.wrong = wrong;
            }
        }
    }

    /// Finishes typing and returns whether the text was accepted. An invalid text stays, so that the user can correct
    /// it.
    fn accept(&mut self) -> bool {
        let is_fine = self.entry().wrong().is_none();
        if is_fine && !matches!(self.way(), Way::Text(_)) {
            self.entry_mut().typing = None;
        }
        is_fine
    }

    /// Cancels typing and restores the previous value.
    fn abandon(&mut self) {
        if let Some(Typing { before, .. }) = self.entry_mut().typing.take() {
            let _ = self.take(&before);
        }
    }
}

/// The whole number that was typed. Its digits may be in groups of three. Other groups are several numbers, as from two
/// pasted lines.
///
/// # Errors
/// If the text is not a number; the message says `what` was expected.
pub fn number(what: &str, text: &str) -> Result<u64, String> {
    let groups = text.split(|c: char| c.is_whitespace() || c == '_');
    let groups: Vec<&str> = groups.collect();
    let is_one_number = match &groups[..] {
        [first, others @ ..] if !others.is_empty() => {
            first.len() <= 3 && others.iter().all(|group| group.len() == 3)
        }
        _ => true,
    };
    let number = groups.concat().parse().ok();
    let number = number.filter(|_| is_one_number);
    number.ok_or_else(|| format!("{what} must be a whole number, not {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form with a title, a number and a name.
    #[derive(Default)]
    struct Sample {
        entry: FormEntry,
        number: u64,
        name: String,
    }

    impl Form for Sample {
        fn entry(&self) -> &FormEntry {
            &self.entry
        }

        fn entry_mut(&mut self) -> &mut FormEntry {
            &mut self.entry
        }

        fn rows(&self) -> Vec<FormField> {
            vec![
                FormField::new("title", "", "").by(Way::Fixed),
                FormField::new("number", "", "").typed(&self.number.to_string()),
                FormField::new("name", "", "").by(Way::Text(TextField::new(&self.name, 9))),
            ]
        }

        fn change(&mut self, up: bool) {
            self.number = if up { self.number + 1 } else { 0 };
        }

        fn take(&mut self, text: &str) -> Result<(), String> {
            match self.entry.at {
                1 => self.number = number("the number", text)?,
                _ => self.name = text.into(),
            }
            Ok(())
        }
    }

    fn typing(keys: &str) -> Sample {
        let mut form = Sample {
            entry: FormEntry::at(1),
            number: 250,
            ..Sample::default()
        };
        let mut keys = keys.chars().map(Key::Char);
        keys.next()
            .into_iter()
            .for_each(|key| form.begin_typing(key));
        keys.for_each(|key| form.type_key(key));
        form
    }

    #[test]
    fn digits_make_a_new_number_that_counts_at_once_and_escape_brings_back_the_old_one() {
        let mut form = typing("12");
        assert_eq!((form.number, form.typed()), (12, Some("12")));
        form.abandon();
        assert_eq!((form.number, form.typed()), (250, None));
    }

    #[test]
    fn backspace_continues_from_the_current_number_and_an_empty_field_keeps_it() {
        let mut form = typing("");
        form.begin_typing(Key::Backspace);
        assert_eq!(form.number, 25);
        form.type_key(Key::Ctrl('u'));
        assert!(form.accept());
        assert_eq!(form.number, 250);
    }

    #[test]
    fn what_is_no_number_is_refused_in_a_sentence_and_stays_until_it_is_mended() {
        let mut form = typing("12q");
        assert_eq!(
            form.entry.wrong(),
            Some("the number must be a whole number, not 12q")
        );
        form.step(1);
        assert_eq!((form.entry.at, form.typed()), (1, Some("12q")));
        assert!(!form.go_to(1), "a click there does not type it anew");
        form.type_key(Key::Backspace);
        form.step(1);
        assert_eq!((form.entry.at, form.number), (2, 12));
    }

    #[test]
    fn groups_of_digits_are_one_number() {
        for typed in ["10 000", "10_000", "10\u{202f}000"] {
            assert_eq!(number("tasks", typed), Ok(10_000));
        }
        let largest = "18 446 744 073 709 551 615";
        let field = FormField::new("", "", "").typed(largest);
        assert!(matches!(field.way, Way::Number(field) if field.text() == largest));
        assert_eq!(number("tasks", largest), Ok(u64::MAX));
        for typed in [
            "1,5", "-1", "10 ms", "", "4 8", "1000 000", "1 00", "1  000",
        ] {
            assert!(number("tasks", typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn the_cursor_skips_fixed_rows_and_typing_works_in_text_rows() {
        let mut form = typing("");
        form.step(-5);
        assert_eq!(form.entry.at, 1);
        assert!(!form.go_to(0));
        assert_eq!((form.entry.at, form.typed()), (1, None));
        form.step(1);
        form.type_key(Key::Char('q'));
        assert!(form.accept());
        assert_eq!((form.name.as_str(), form.typed()), ("q", Some("q")));
    }
}
