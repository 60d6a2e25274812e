//! The form.

use crate::app::screens::reading::explain::{Entry, Section};
use crate::catalog::model::Model;
use crate::catalog::parameter::{Parameter, REPEATS, TASKS, WORKERS};
use crate::catalog::workload::Workload;

pub(crate) fn sections() -> Vec<Section> {
    let workloads = Workload::ALL.map(|workload| Entry::named(workload.name(), workload.line()));
    let models = Model::ALL.map(|model| Entry::named(model.name(), model.line()));
    let size = vec![Entry::plain(
        "The machine's speed is measured once, in about a quarter of a second, as steps per second of CPU time: the \
         best of three at five places of the loop, as late steps cost more than early ones. What a task really takes \
         depends on who else uses the cores.",
    )];
    let estimate = vec![Entry::plain(
        "An estimate of one run, before anything is measured: how the tasks share workers and cores, at the machine's \
         measured speed, with the latencies of the addresses. What writing costs is known from the first io run on. \
         Starting, scheduling and other programs come on top.",
    )];
    vec![
        Section::new("Workload: what one task does", workloads.into()),
        Section::new("Model: how the tasks are executed", models.into()),
        Section::new("The numbers", numbers()),
        Section::new("About how long a run will take", estimate),
        Section::new("How \"task takes\" becomes a number of steps", size),
    ]
}

/// What each row means, in the order of the form.
fn numbers() -> Vec<Entry> {
    let number =
        |parameter: &'static Parameter| Entry::named(parameter.label.trim(), parameter.meaning);
    let mut entries = vec![
        Entry::named(
            "Python",
            "by which interpreter the tasks are executed: python3 on PATH unless you choose another; Enter lists all that \
             were found on PATH and in pyenv",
        ),
        Entry::named(
            "Start by",
            "how multiprocessing makes its processes: fork, forkserver or spawn",
        ),
        number(&WORKERS),
        number(&TASKS),
    ];
    for workload in Workload::ALL {
        let sizing = workload.description().sizing.as_ref();
        entries.extend(sizing.map(|sizing| Entry::named(sizing.label, sizing.meaning)));
        entries.extend(
            workload
                .parameters()
                .iter()
                .map(|parameter| number(parameter)),
        );
    }
    entries.extend(Model::all_parameters().map(|(_, parameter)| number(parameter)));
    entries.push(number(&REPEATS));
    entries
}
