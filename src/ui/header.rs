//! The three rows on top: what is shown, what it comes to, what else there is to say.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::panel::wrap;
use super::theme::Theme;
use crate::app::live::{Activity, Live};
use crate::app::playback::Playback;
use crate::app::sweep::Sketch;
use crate::app::{App, Shown};
use crate::domain::history::Entry;
use crate::domain::plan::Plan;
use crate::domain::provenance::Provenance;
use crate::domain::python::GilState;
use crate::domain::text::{counted, grouped};
use crate::domain::time::seconds;
use crate::present::sentence;
use crate::present::table::shortened;

/// Left: program and run. Right: state and machine. What matters least gives way first: why there are so few cores, how
/// many there are, the program's name, which run of how many.
pub fn header(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let shown = match app.shown() {
        _ if app.chart().is_some() => app
            .sketch()
            .map(|sketch| format!("{} · {}", sketch.words.title, sketch.words.what))
            .unwrap_or_default(),
        Some(Shown::Entry(entry)) => named(entry),
        Some(Shown::Live(live)) => {
            let played = app
                .playback()
                .and_then(|playback| app.history().get(playback.number()));
            played.map_or_else(|| describe(&live.plan), named)
        }
        None => "concurrency and parallelism, seen".into(),
    };
    let left = |program: &'static str| {
        Line::from(vec![
            Span::raw(" "),
            Span::styled(program, theme.strong()),
            Span::raw(shown.clone()),
        ])
    };
    let right = |parts: &[String]| {
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        Line::styled(format!("{} ", parts.join(" · ")), theme.strong())
    };
    let in_chart = app.sketch().map(|sketch| sketch.words.title.clone());
    let short = in_chart.unwrap_or_else(|| app.shown().map_or_else(|| shown.clone(), in_short));
    let short = Line::raw(format!(" {short}"));
    let (which, state) = state(app);
    let [machine, few, fewest] = machine(app);
    let brief = app
        .playback()
        .map_or_else(|| state.clone(), Playback::short_words);
    let named = || left("pconc-tui  ");
    let candidates = [
        (named(), right(&[which.clone(), state.clone(), machine])),
        (named(), right(&[which.clone(), state.clone(), few])),
        (
            named(),
            right(&[which.clone(), state.clone(), fewest.clone()]),
        ),
        (left(""), right(&[which, state.clone(), fewest.clone()])),
        (left(""), right(&[state.clone(), fewest.clone()])),
        (short.clone(), right(&[state.clone(), fewest.clone()])),
        (short, right(&[brief, fewest])),
    ];
    let last = candidates.len() - 1;
    let fits = |(left, right): &(Line<'_>, Line<'_>)| {
        left.width() + right.width() < usize::from(area.width)
    };
    let (left, right) = &candidates[candidates.iter().position(fits).unwrap_or(last)];
    between(left, right, area, buf);
}

/// A run of the history in a few words.
pub fn named(entry: &Entry) -> String {
    let colon = if entry.name.is_some() { ":" } else { "" };
    let record = &entry.record;
    // What was proven while it ran says more than what the interpreter said before.
    let proven = record
        .interpreter
        .python
        .as_ref()
        .and_then(|python| python.gil);
    let told = told(
        &record.plan,
        proven.or(record.plan.interpreter().map(|python| python.gil)),
    );
    format!("{}{colon} {told}", entry.called())
}

/// A run in as few words as possible.
fn in_short(shown: Shown<'_>) -> String {
    let plan = shown.plan();
    let number = match shown {
        Shown::Entry(entry) => format!("#{} ", entry.number),
        Shown::Live(_) => String::new(),
    };
    format!(
        "{number}{} · {} × {}",
        plan.workload().name(),
        plan.executor().name(),
        grouped(plan.workers().into())
    )
}

/// The band on which the sentence stands that is read first.
pub fn band(theme: Theme) -> Style {
    theme.strong().add_modifier(Modifier::REVERSED)
}

/// The sentence that is read first, and how many cores are in use.
pub fn verdict(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    buf.set_style(area, band(theme));
    let left = Line::raw(format!(" {}", said(app, area.width)[0]));
    // Of a chart's many runs, only the one that is on has such a number.
    let is_told = app.chart().is_none() || app.is_running();
    let right = app
        .shown()
        .filter(|_| is_told)
        .map(|shown| in_use(app, shown))
        .unwrap_or_default();
    // The sentence is worth more than the number, which the curves and the history show too.
    let right = if left.width() + right.len() < usize::from(area.width) {
        right
    } else {
        String::new()
    };
    between(&left, &Line::raw(right), area, buf);
}

/// The headline in the two rows that it may take. Where it needs more, or a notice needs the second, dots say so. Where a
/// doubt has no row of its own for that, its sign stands before the headline.
fn said(app: &App, width: u16) -> Vec<String> {
    let rows = if app.notice().is_some() { 1 } else { 2 };
    // A space before and behind.
    let room = width.saturating_sub(2);
    let mut lines = wrap(app.headline(), room);
    let is_doubted = |shown| matches!(shown, Shown::Entry(entry) if entry.is_doubted());
    if lines.len() > 1 && app.shown().is_some_and(is_doubted) {
        lines = wrap(&format!("! {}", app.headline()), room);
    }
    if lines.len() > rows {
        let rest = lines.split_off(rows - 1).join(" ");
        lines.push(shortened(&rest, usize::from(room)));
    }
    lines
}

/// A notice; else the rest of a long headline; else the doubts about the run that is shown, or what to watch for while it
/// is on.
pub fn aside(app: &App, theme: Theme, area: Rect, buf: &mut Buffer) {
    let line = if let Some(notice) = app.notice() {
        let style = if notice.is_error {
            theme.error()
        } else {
            theme.strong()
        };
        let close = " (Esc) ";
        let most = usize::from(area.width).saturating_sub(close.len() + 1);
        Line::styled(
            format!(" {}{close}", shortened(&notice.sentence, most)),
            style,
        )
    } else if let Some(rest) = said(app, area.width).get(1) {
        // The band goes on.
        buf.set_style(area, band(theme));
        Line::raw(format!(" {rest}"))
    } else {
        Line::raw(shortened(
            &format!(" {}", besides(app)),
            usize::from(area.width),
        ))
    };
    buf.set_line(area.x, area.y, &line, area.width);
}

/// The doubts about the run that is shown, or what to watch for while it is on.
pub fn besides(app: &App) -> String {
    match app.shown() {
        _ if app.chart().is_some() => app.sketch().map(beside_chart).unwrap_or_default(),
        Some(Shown::Live(live)) => watch(live),
        Some(Shown::Entry(entry)) => remark(entry, app.history().here()),
        None => "or set up a run of your own and press r".into(),
    }
}

/// What a chart has to say besides.
fn beside_chart(sketch: &Sketch) -> String {
    match sketch.failed {
        0 => {
            "bars: medians of the counted runs · ┬ ┴: their 95 % intervals · •: single runs".into()
        }
        failed => format!(
            "! {} did not succeed and are not counted",
            counted(failed.into(), "run")
        ),
    }
}

/// What to look at in an experiment; else the two numbers that it is all about.
fn watch(live: &Live) -> String {
    match live.watch() {
        Some(watch) => format!("watch for: {watch}"),
        None => two_numbers(
            f64::from(live.trace.in_flight_now()),
            live.trace.on_core_lately(),
        ),
    }
}

/// What to know about a run that is over: a doubt, what is missing for its speed-up, or the two numbers.
fn remark(entry: &Entry, here: &Provenance) -> String {
    let record = &entry.record;
    if let Some(caveat) = entry.caveats().next() {
        format!("! {}", caveat.text)
    } else if let Some(file) = &record.system.shared_file {
        sentence::shared_file::left(file, &record.plan)
    } else if let Some(origin) = sentence::origin::of(entry, here) {
        origin
    } else if record.is_sound() && entry.assessment.speedup.is_none() {
        "no serial run of the same work yet, so no speed-up: R measures one".into()
    } else {
        two_numbers(record.times.concurrency, record.times.parallelism)
    }
}

fn two_numbers(concurrency: f64, parallelism: f64) -> String {
    format!(
        "concurrency {concurrency:.1}: tasks in flight · parallelism {parallelism:.1}: workers on a core"
    )
}

/// A run in a few words.
pub fn describe(plan: &Plan) -> String {
    told(plan, plan.interpreter().map(|python| python.gil))
}

/// The same, with the state of Python's lock.
fn told(plan: &Plan, gil: Option<GilState>) -> String {
    let said = plan.executor().label();
    let gil = gil
        .map(GilState::words)
        .filter(|words| !said.contains(words));
    let gil = gil.map_or_else(String::new, |words| format!(" · {words}"));
    format!(
        "{} · {said}{gil} · {} · {}",
        plan.label(),
        plural(u64::from(plan.workers()), "worker"),
        plural(u64::from(plan.tasks()), "task"),
    )
}

/// A count with its noun.
pub fn plural(n: u64, noun: &str) -> String {
    counted(n, noun)
}

/// Which run of how many, and what goes on: of the same width while time passes.
fn state(app: &App) -> (String, String) {
    if let Some(playback) = app.playback() {
        return (String::new(), playback.words());
    }
    let (which, state) = activity(app);
    match app.frozen() {
        // What goes on is not what is shown.
        Some(_) if state.is_empty() => (which, "picture frozen".into()),
        Some(_) => (which, format!("picture frozen, {state}")),
        None => (which, state),
    }
}

fn activity(app: &App) -> (String, String) {
    match app.activity() {
        Activity::Nothing => (String::new(), String::new()),
        Activity::Calibrating(_) => (String::new(), "calibrating".into()),
        Activity::Running(live) => {
            let (run, of) = live.campaign.progress();
            let which = if of > 1 {
                format!("run {run} of {of}")
            } else {
                String::new()
            };
            (
                which,
                format!("running {:>5.1} s", seconds(live.trace.now())),
            )
        }
    }
}

/// Where the run that is shown was measured, from many words to few: that it was elsewhere is always said.
fn machine(app: &App) -> [String; 3] {
    let cores = plural(u64::from(app.machine_shown().cores_usable), "core");
    match app.recorded_on() {
        // What goes on has said that it was recorded.
        Some([_, few, _]) if app.playback().is_some() => [few, String::new(), String::new()],
        Some(words) => words,
        None => [cores_and_why(app), cores, String::new()],
    }
}

fn cores_and_why(app: &App) -> String {
    let machine = app.machine_shown();
    let usable = u64::from(machine.cores_usable);
    match &machine.cores_limited_by {
        Some(reason) => {
            format!(
                "{} of {} ({reason})",
                usable,
                plural(u64::from(machine.cores_online), "core")
            )
        }
        None => plural(usable, "core"),
    }
}

/// How many cores our workers use, or used on average over a run that is over.
fn in_use(app: &App, shown: Shown<'_>) -> String {
    let of = plural(u64::from(app.machine_shown().cores_usable), "core");
    match shown {
        Shown::Live(live) => format!("{:.1} of {of} in use ", live.trace.on_core_lately()),
        Shown::Entry(entry) => format!("{:.1} of {of} used ", entry.record.times.parallelism),
    }
}

/// Two lines in one row; of the left one, what has room beside the right one.
fn between(left: &Line<'_>, right: &Line<'_>, area: Rect, buf: &mut Buffer) {
    let width = u16::try_from(right.width())
        .unwrap_or(u16::MAX)
        .min(area.width);
    buf.set_line(area.x, area.y, left, area.width - width);
    buf.set_line(area.right() - width, area.y, right, width);
}
