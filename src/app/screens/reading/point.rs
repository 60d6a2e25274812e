//! All runs and numbers of one point of a sweep.

use crate::{
    catalog::metric::metric_named,
    domain::{
        history::{History, RunEntry, SweepEntry},
        record::Outcome,
        stats::Interval,
        sweep::ConfigurationSummary,
        text::{duration, speedup},
    },
    present::{
        number::{three_digits, with_interval, with_unit},
        sentence::caveats,
    },
    ui::text::{Page, TextLine, TextStyle},
};

/// Everything about this configuration of a sweep, in rows of at most `width` columns.
pub(crate) fn lines(
    history: &History,
    sweep: &SweepEntry,
    configuration: usize,
    width: u16,
) -> Vec<TextLine> {
    let mut page = Page::of(width);
    let summaries = &sweep.results.summaries;
    let summary = summaries.get(configuration).and_then(Option::as_ref);
    match summary {
        Some(summary) => together(&mut page, summary),
        None => page.say("No run of it has been counted.", TextStyle::Strong),
    }
    page.heading("Its runs");
    let runs: Vec<&RunEntry> = history.runs_of(sweep, configuration).collect();
    for run in &runs {
        let time = format!("#{} {:>8}", run.number, duration(run.record.times.wall_s));
        page.say_number("", &time, &remark(run, summary));
    }
    let caveats = caveats::of_runs(&runs);
    if !caveats.is_empty() {
        page.heading("Caveats");
    }
    caveats
        .iter()
        .for_each(|caveat| page.say(&format!("! {caveat}"), TextStyle::Strong));
    page.lines
}

/// The statistics of the counted runs.
fn together(page: &mut Page, summary: &ConfigurationSummary) {
    let time = &summary.time;
    let said = with_interval(time.median, time.interval, duration);
    let said = format!("{said} from {} counted runs", summary.runs);
    page.say(&said, TextStyle::Strong);
    let note = format!(
        "median; 95 % interval {}, least {}, most {}",
        interval(time.interval, duration),
        duration(time.min),
        duration(time.max)
    );
    page.say_number("time", &duration(time.median), &note);
    if let Some(ratio) = summary.speedup.filter(|_| !summary.plan.is_serial()) {
        let between = interval(ratio.interval, speedup);
        let note =
            format!("over the sweep's serial runs, as a ratio of medians; 95 % interval {between}");
        page.say_number("speed-up", &speedup(ratio.value), &note);
    }
    let efficiency = summary.efficiency.filter(|_| summary.plan.workers > 1);
    let median = ": median of the runs";
    for (id, value, how) in [
        ("concurrency", Some(summary.concurrency), median),
        ("parallelism", Some(summary.parallelism), median),
        ("efficiency", efficiency, ""),
    ] {
        if let Some(value) = value {
            let metric = metric_named(id);
            let note = format!("{}{how}", metric.meaning);
            page.say_number(metric.name, &with_unit(metric.unit, value), &note);
        }
    }
    if let Some(share) = summary.karp_flatt {
        let note = "Karp–Flatt metric: the serial part that would explain this speed-up";
        page.say_number("serial part", &format!("{} %", signed(share * 100.0)), note);
    }
}

fn interval(interval: Option<Interval>, written: fn(f64) -> String) -> String {
    interval.map_or_else(
        || "takes two runs".into(),
        |Interval { low, high }| format!("{} to {}", written(low), written(high)),
    )
}

fn signed(value: f64) -> String {
    if value < 0.0 {
        format!("−{}", three_digits(-value))
    } else {
        three_digits(value)
    }
}

/// The round of a run, and remarks on it.
fn remark(run: &RunEntry, summary: Option<&ConfigurationSummary>) -> String {
    let record = &run.record;
    let mut remarks = vec![match record.campaign.as_ref().map(|part| part.round) {
        Some(0) => "warm-up, not counted".to_string(),
        Some(round) => format!("round {round}"),
        None => String::new(),
    }];
    match record.ending.outcome {
        Outcome::Completed if record.ending.tasks_failed > 0 => {
            remarks.push(format!(
                "{} tasks failed, not counted",
                record.ending.tasks_failed
            ));
        }
        Outcome::Completed => {}
        outcome => remarks.push(format!("{}, not counted", outcome.name())),
    }
    if let Some(summary) = summary {
        if summary.outliers.contains(&record.id) {
            remarks.push("far from the others".into());
        }
        if summary.median_run == record.id {
            remarks.push("nearest to the median; m marks it".into());
        }
    }
    if run.has_caveats() {
        remarks.push("!".into());
    }
    remarks.join(" · ")
}
