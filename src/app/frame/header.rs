//! The three rows at the top: what is shown, the verdict, and remarks.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    app::{App, Shown, live::Activity, screens::timeline::playback::Playback},
    domain::{
        history::RunEntry,
        text::{counted, short},
        time::seconds,
    },
    present::{
        sentence::{self, pattern, work},
        table::{fitting, in_rows, shortened},
    },
    ui::{
        area::{cells, split_left},
        panel::{draw_lines, draw_text, wrap},
        theme::{BAND, STRONG, Theme},
    },
};

/// What a range in parentheses is, wherever a chart has numbers.
const INTERVAL: &str = "(a–b): coarse 95 % interval";

/// Draws the program and the run at the left, the state and the machine at the right. If there is too little room, the
/// least important part is left out first: why few cores are usable, the number of cores, the program's name, the
/// number of tasks, the interpreter, the workers, and which run of how many is in progress.
pub fn header(app: &App, area: Rect, buf: &mut Buffer) {
    let [shown, short, shorter, shortest] = shown(app);
    let (which, state) = state(app);
    let [machine, few, fewest] = machine(app);
    let brief = app
        .playback()
        .map_or_else(|| state.clone(), Playback::short_words);
    let (which, state, shown) = (which.as_str(), state.as_str(), shown.as_str());
    let named = "pconc-tui  ";
    let candidates = [
        (named, shown, [which, state, &machine]),
        (named, shown, [which, state, &few]),
        (named, shown, [which, state, &fewest]),
        ("", shown, [which, state, &fewest]),
        ("", &short, [which, state, &fewest]),
        ("", &shorter, [which, state, &fewest]),
        ("", &shortest, [which, state, &fewest]),
        ("", &shortest, ["", state, &fewest]),
        ("", &shortest, ["", &brief, &fewest]),
    ];
    let lines = candidates.into_iter().map(|(program, run, parts)| {
        let spans = [
            Span::raw(" "),
            Span::styled(program, STRONG),
            Span::raw(run),
        ];
        let shown = parts.into_iter().filter(|part| !part.is_empty());
        let right = format!("{} ", shown.collect::<Vec<_>>().join(" · "));
        (Line::from_iter(spans), Line::styled(right, STRONG))
    });
    let width = usize::from(area.width);
    let (left, right) = fitting(lines, |(left, right)| left.width() + right.width() < width);
    between(left, right, area, buf);
}

/// The name of what is shown, and the same in fewer and fewer words.
fn shown(app: &App) -> [String; 4] {
    if let Some(sketch) = app.sketch() {
        let whole = format!("{} · {}", sketch.title, sketch.what);
        let title = || sketch.title.clone();
        return [whole, title(), title(), title()];
    }
    let Some(shown) = app.shown() else {
        return [(); 4].map(|()| "concurrency and parallelism made visible".into());
    };
    let playback = app.playback();
    let played = || app.history().get(playback?.number);
    let entry = shown.entry().or_else(played);
    let whole = entry.map_or_else(|| work::of(shown.plan()), work::named);
    let [short, shorter, shortest] = work::in_few_words(shown.plan(), entry);
    let Some(sweep) = app.sweep_of_panels() else {
        return [whole, short, shorter, shortest];
    };
    // The panels show one run of many.
    let number = sweep.number;
    let (long, brief) = match sweep.results.best {
        Some(_) => ("median run of its best", "its median run"),
        None => ("its last run", "its last run"),
    };
    [
        format!("sweep #{number} · {long} · {whole}"),
        format!("sweep #{number} · {brief} {short}"),
        format!("sweep #{number} · {brief} {shortest}"),
        format!("sweep #{number} · run {shortest}"),
    ]
}

/// Draws the sentence to read first, and how many cores a run in progress has in use.
pub fn verdict(app: &App, area: Rect, buf: &mut Buffer) {
    buf.set_style(area, BAND);
    let left = Line::raw(format!(" {}", headline_rows(app, area.width)[0]));
    let live = app.shown().filter(|shown| shown.entry().is_none());
    let right = live
        .map(|shown| in_use(app, shown))
        // The sentence is more important than the number, which the curves show too.
        .filter(|right| left.width() + right.len() < usize::from(area.width));
    between(left, right.unwrap_or_default().into(), area, buf);
}

/// The headline in the two rows that it may use. Dots mark that it is longer. If this leaves no row for a caveat, the
/// sign of the caveat precedes the headline.
fn headline_rows(app: &App, width: u16) -> Vec<String> {
    // There is a space on either side.
    let room = width.saturating_sub(2);
    let mut lines = wrap(app.headline(), room);
    let shown = app.shown().and_then(Shown::entry);
    if lines.len() > 1 && shown.is_some_and(RunEntry::has_caveats) {
        lines = wrap(&format!("! {}", app.headline()), room);
    }
    in_rows(lines, 2, room)
}

/// Draws the rest of a long headline; otherwise the caveats about the run that is shown, or what to watch for while it
/// runs.
pub fn aside(app: &App, area: Rect, buf: &mut Buffer) {
    let text = if let Some(rest) = headline_rows(app, area.width).get(1) {
        // The band continues in this row.
        buf.set_style(area, BAND);
        format!(" {rest}")
    } else {
        format!(" {}", remarks(app))
    };
    draw_text(text, Style::new(), area, buf);
}

/// Draws a notice in its own row. It covers nothing, and nothing covers it.
pub fn notice(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let Some(notice) = app.notice() else { return };
    let style = if notice.is_error {
        theme.error()
    } else {
        STRONG
    };
    let close = " (Esc) ";
    let most = usize::from(area.width).saturating_sub(close.len() + 1);
    let sentence = shortened(&notice.sentence, most);
    draw_text(format!(" {sentence}{close}"), style, area, buf);
}

/// The caveats about the run that is shown, or what to watch for while it runs; otherwise concurrency and parallelism.
pub fn remarks(app: &App) -> String {
    match app.shown() {
        _ if app.chart().is_some() => match app.sketch().map_or(0, |sketch| sketch.failed) {
            0 => format!("Bars: medians without the warm-up round · {INTERVAL}"),
            failed => format!(
                "! {} failed and are not counted · {INTERVAL}",
                counted(failed.into(), "run")
            ),
        },
        Some(shown @ Shown::Live(live)) => {
            let said = live.so_far.as_ref().or(live.watch.as_ref());
            said.map_or_else(|| two_numbers(shown), String::clone)
        }
        Some(Shown::Entry(entry)) => remark(app, entry),
        None => {
            "or v to test the article's claims one by one, or f to plan a run of your own".into()
        }
    }
}

/// The remark on a finished run: a caveat, the claim for which it was measured, what its speed-up lacks, or its pattern,
/// concurrency and parallelism.
fn remark(app: &App, entry: &RunEntry) -> String {
    let record = &entry.record;
    if let Some(caveat) = entry.caveats().next() {
        format!("! {}", caveat.text)
    } else if let Some(file) = &record.system.shared_file {
        sentence::shared_file::left(file, &record.plan)
    } else if let Some(origin) = sentence::origin::of(entry, app.history().here()) {
        origin
    } else if let Some(claim) = app.claim_of(entry) {
        format!("measured for {}", sentence::claim::title(claim))
    } else if record.is_sound() && entry.assessment.speedup.is_none() {
        "no speed-up yet, because there is no serial run of the same work. R measures one".into()
    } else if let Some(name) = pattern::strongest(entry) {
        let (concurrency, parallelism) = Shown::Entry(entry).two_numbers();
        format!("{name} · {concurrency:.1} tasks in flight · {parallelism:.1} cores in use")
    } else {
        two_numbers(Shown::Entry(entry))
    }
}

fn two_numbers(shown: Shown<'_>) -> String {
    let (concurrency, parallelism) = shown.two_numbers();
    format!(
        "concurrency {concurrency:.1}: tasks in flight · parallelism {parallelism:.1}: cores in use"
    )
}

/// The number of the run among all runs, and what is in progress.
fn state(app: &App) -> (String, String) {
    if let Some(playback) = app.playback() {
        return (String::new(), playback.words());
    }
    let (which, state) = match &app.work.activity {
        Activity::Nothing => Default::default(),
        Activity::Calibrating(_) => (String::new(), "calibrating".into()),
        Activity::Running(live) => {
            let which = Some(live.which()).filter(|_| !shows_progress(app));
            let state = match (&which, app.frozen()) {
                // The state is about the run in progress, not about the frozen trace that is shown.
                (_, Some(_)) => "frozen, run goes on",
                (Some(_), None) => "running",
                (None, None) => "this run",
            };
            let time = seconds(live.trace.now);
            (which.unwrap_or_default(), format!("{state} {time:.1} s"))
        }
    };
    match app.frozen() {
        Some(_) if state.is_empty() => (which, "frozen".into()),
        _ => (which, state),
    }
}

/// Whether the progress of the sweep that goes on is in its chart.
fn shows_progress(app: &App) -> bool {
    let progress = app.chart().map(|chart| app.sweep_progress(chart.number));
    progress.flatten().is_some()
}

/// Where the run that is shown was measured, from the longest text to the shortest. Even the shortest says if that was
/// another machine.
fn machine(app: &App) -> [String; 3] {
    match app.recorded_on() {
        // The state says already that the run was recorded.
        Some([_, few, _]) if app.playback().is_some() => [few, String::new(), String::new()],
        Some(words) => words,
        None => {
            let machine = app.machine_shown();
            let cores = cores(app);
            let why = machine.cores_limited_by.as_ref();
            let whole = why.map_or_else(
                || cores.clone(),
                |reason| {
                    let online = counted(machine.cores_online.into(), "core");
                    format!("{} of {online} ({reason})", short(machine.full_use()))
                },
            );
            [whole, cores, String::new()]
        }
    }
}

fn cores(app: &App) -> String {
    app.machine_shown().cores_in_words()
}

/// The number of cores that the workers use.
fn in_use(app: &App, shown: Shown<'_>) -> String {
    let (_, parallelism) = shown.two_numbers();
    format!("{parallelism:.1} of {} in use ", cores(app))
}

/// Draws two lines in one row. The left one is cut if there is too little room beside the right one.
fn between(left: Line<'_>, right: Line<'_>, area: Rect, buf: &mut Buffer) {
    let (room, beside) = split_left(area, area.width.saturating_sub(cells(right.width())));
    draw_lines([left], room, buf);
    draw_lines([right], beside, buf);
}
