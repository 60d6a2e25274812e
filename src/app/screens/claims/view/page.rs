//! The page of a claim. The verdict is as large as the screen allows, and every verdict equally.
//!
//! ```text
//! ┏ Claim 2: supported ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ Under the GIL, threads do not speed up computing.       ┃
//! ┃                                                         ┃
//! ┃ █▀▀ █ █ █▀█ …                       0.99× (0.97–1.02)   ┃
//! ┃ ▀▀█ █ █ █▀▀ …                       predicted: up to 1.5×
//! ┃ ▀▀▀ ▀▀▀ ▀   …                       ✗ wrong             ┃
//! ┃                                                         ┃
//! ┃ 1 Python thread   ████████████████  0.81 s (0.80–0.82)  ┃
//! ┃ 2 Python threads  ████████████████  0.82 s (0.81–0.83)  ┃
//! ┃                                                         ┃
//! ┃ measured  2 Python threads were …                       ┃
//! ```

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::draw_band;
use crate::{
    app::{
        App,
        frame::layout::Panels,
        message::ClickTarget,
        screens::{
            claims::page::{
                ArmBar, BETWEEN, ChoiceLayout, ClaimPage, ClaimStage, Evidence, PageParts, Told,
                WIDTH,
            },
            comparison::view::draw_timelines,
        },
        view::View,
    },
    catalog::claim::Expectation,
    domain::history::RunEntry,
    ui::{
        area::{cells, centred, split_above, split_left},
        key::Key,
        panel::{block, draw_lines, draw_over, draw_scrolled, draw_text, on_border, read},
        theme::{CURSOR, STRONG, Theme},
        widget::{
            bar::Bar,
            figure::{LargeFigure, Size},
        },
    },
};

/// The width of a key in large digits, in columns.
const KEY: u16 = 6;
/// The width of the words of a choice with its numbers beside them, in columns.
const WORDS: usize = 20;
/// The minimum width of a bar, in columns. Names leave it free.
const BAR_LEAST: u16 = 6;
/// The maximum width of a bar, in columns.
const BAR_MOST: u16 = 60;

impl View for ClaimPage {
    /// The size of the whole room.
    fn size(&self, _app: &App, room: Rect) -> (u16, usize) {
        (room.width, usize::from(room.height))
    }

    fn draw(&self, app: &App, theme: Theme, _panels: &Panels, area: Rect, buf: &mut Buffer) {
        let parts = &self.parts;
        let mut frame = block(&*parts.title, true, theme);
        if let ClaimStage::Told(Told { range, .. }) = &parts.stage
            && !range.is_empty()
        {
            frame = frame.title_bottom(on_border(format!(" {range} ")));
        }
        let inner = draw_over(&frame, area, buf);
        let places = Places::of(parts, inner);
        draw_band(&parts.claim, places.claim, buf);
        draw_scrolled(
            &parts.text,
            |row| read(row, theme),
            self.scroll,
            places.text,
            buf,
        );
        match &parts.stage {
            ClaimStage::Told(told) => draw_told(app, told, theme, places.stage, buf),
            ClaimStage::Measured => {}
            ClaimStage::Asked {
                question,
                choices,
                layout,
            } => {
                let question = question.iter().map(|line| Line::styled(line, STRONG));
                draw_lines(question, places.stage, buf);
                for (choice, place) in choices.iter().zip(places.choices(parts)) {
                    draw_choice(choice, *layout, place, buf);
                }
            }
        }
    }

    fn target(&self, _app: &App, inner: Rect, row: u16) -> Option<ClickTarget> {
        let ClaimStage::Asked {
            choices,
            layout: ChoiceLayout::Rows,
            ..
        } = &self.parts.stage
        else {
            return None;
        };
        let places = Places::of(&self.parts, inner).choices(&self.parts);
        let (choice, _) = choices
            .iter()
            .zip(places)
            .find(|(_, place)| place.y == row)?;
        Some(ClickTarget::Offered(Key::Char(choice.key)))
    }
}

/// Where the parts of the page are.
struct Places {
    claim: Rect,
    stage: Rect,
    text: Rect,
}

impl Places {
    fn of(parts: &PageParts, inner: Rect) -> Places {
        let inner = centred(inner, WIDTH, inner.height);
        let (claim, below) = split_above(inner, parts.claim_rows);
        let (claim, _) = split_above(claim, claim.height.saturating_sub(1));
        let is_told = matches!(parts.stage, ClaimStage::Told(_));
        let (first, second) = split_above(
            below,
            if is_told {
                parts.stage_rows
            } else {
                parts.text_rows
            },
        );
        let (stage, text) = match is_told {
            true => (first, second),
            false => (split_above(second, 1).1, first),
        };
        Places { claim, stage, text }
    }

    /// The place of each choice, below the question.
    fn choices(&self, parts: &PageParts) -> Vec<Rect> {
        let ClaimStage::Asked {
            question,
            choices,
            layout,
        } = &parts.stage
        else {
            return vec![];
        };
        let (_, below) = split_above(self.stage, cells(question.len() + 1));
        let columns = layout.columns();
        let rows = choices.len().div_ceil(columns);
        let width = below.width / cells(columns);
        let place = |at: usize| {
            // From the top down, then the next column.
            let (column, row) = (cells(at / rows), cells(at % rows));
            Rect {
                x: below.x + column * width,
                y: below.y + row * layout.apart(),
                width,
                height: layout.apart(),
            }
            .intersection(below)
        };
        (0..choices.len()).map(place).collect()
    }
}

/// Draws a choice: its key, its words and what they mean as numbers.
fn draw_choice(choice: &Expectation, layout: ChoiceLayout, area: Rect, buf: &mut Buffer) {
    let words = Span::styled(choice.words, STRONG);
    let size = match layout {
        ChoiceLayout::Largest => Size::Large,
        ChoiceLayout::Large => Size::Small,
        ChoiceLayout::Rows | ChoiceLayout::Dense => {
            let key = Span::styled(format!(" {} ", choice.key), CURSOR);
            let mut line = Line::from(vec![key, Span::raw(" "), words]);
            if layout == ChoiceLayout::Rows && !choice.numbers.is_empty() {
                let gap = WORDS.saturating_sub(choice.words.width());
                line.push_span(format!("{:gap$}{}", "", choice.numbers));
            }
            draw_lines([line], area, buf);
            return;
        }
    };
    let is_largest = size == Size::Large;
    let (key, text) = split_left(area, if is_largest { 2 * KEY } else { KEY });
    LargeFigure::new(&choice.key.to_string(), size, STRONG).render(key, buf);
    let (_, text) = split_above(text, u16::from(is_largest));
    draw_lines([Line::from(words), Line::raw(choice.numbers)], text, buf);
}

fn draw_told(app: &App, told: &Told, theme: Theme, area: Rect, buf: &mut Buffer) {
    let (above, below) = split_above(area, told.verdict_rows() + 1);
    let size = if told.is_high {
        Size::Large
    } else {
        Size::Small
    };
    let mut rest = above;
    for word in told.verdict.split(' ') {
        let figure = LargeFigure::new(word, size, STRONG);
        figure.render(rest, buf);
        (_, rest) = split_left(rest, figure.width() + size.rows() + 1);
    }
    draw_besides(told, size, above, buf);
    let (below, _) = split_above(below, told.evidence_rows.saturating_sub(1));
    match &told.evidence {
        Evidence::Nothing => {}
        Evidence::Bars {
            quantity,
            bars,
            apart,
        } => {
            draw_text(quantity, STRONG, below, buf);
            draw_bars(bars, *apart, theme, split_above(below, 1).1, buf);
        }
        Evidence::Turns(run, window) => {
            let run = app.history().get(*run);
            let runs: Vec<&RunEntry> = run.into_iter().collect();
            draw_timelines(&runs, *window, theme, below, buf);
        }
    }
}

/// Draws the effect and what was expected: beside the verdict, or below it. Below high letters the effect is large.
fn draw_besides(told: &Told, size: Size, area: Rect, buf: &mut Buffer) {
    let said = told.effect.iter().chain(&told.expected);
    let (_, below) = split_above(area, size.rows() + 1);
    if let Some(column) = told.beside_at {
        let (_, beside) = split_left(area, column);
        // In the middle of the letters.
        let (_, beside) = split_above(beside, u16::from(told.is_high));
        draw_lines(said.map(|line| Line::styled(line, STRONG)), beside, buf);
    } else if let Some(effect) = told.effect.as_ref().filter(|_| told.is_high) {
        let (value, range) = effect.split_once(" (").unwrap_or((effect, ""));
        let figure = LargeFigure::new(value, Size::Small, STRONG);
        figure.render(below, buf);
        let (_, beside) = split_left(below, figure.width() + 3);
        let range = (!range.is_empty()).then(|| format!("({range}"));
        let lines = range.into_iter().chain(told.expected.iter().cloned());
        draw_lines(lines.map(|line| Line::styled(line, STRONG)), beside, buf);
    } else {
        let said: Vec<&str> = said.map(String::as_str).collect();
        draw_text(said.join(BETWEEN), STRONG, below, buf);
    }
}

/// Draws a bar for each arm, all from one column on.
fn draw_bars(bars: &[ArmBar], apart: u16, theme: Theme, area: Rect, buf: &mut Buffer) {
    let widest = |text: fn(&ArmBar) -> &str| {
        let widths = bars.iter().map(|bar| text(bar).width());
        cells(widths.max().unwrap_or(0))
    };
    let values = widest(|bar| &bar.value);
    let most = area.width.saturating_sub(values + BAR_LEAST + 4);
    let names = widest(|bar| &bar.name).min(most);
    let room = area.width.saturating_sub(names + values + 4).min(BAR_MOST);
    for (row, bar) in area.rows().step_by(apart.into()).zip(bars) {
        let (name, rest) = split_left(row, names);
        draw_text(&bar.name, Style::new(), name, buf);
        let (drawn, rest) = split_left(split_left(rest, 2).1, room);
        let ink = Bar::new(bar.share, theme.parallelism());
        ink.low(6).render(drawn, buf);
        draw_text(&bar.value, Style::new(), split_left(rest, 2).1, buf);
    }
}
