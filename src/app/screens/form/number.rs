//! The numbers of the form: their ranges and steps.

use crate::{
    app::screens::form::{Field, Parameter, Setup},
    catalog::{
        parameter::{Steps, TASKS, WORKERS},
        workload::{ADDRESSES, LATENCY_MAX, LATENCY_MIN, SLICES, WAIT},
    },
    domain::{machine::Limit, text::grouped},
    ui::form::Form,
};

impl Setup {
    /// The minimum, and the maximum with its reason, that the ← and → keys can set.
    pub(crate) fn range(&self, parameter: &Parameter) -> (u64, Limit) {
        let draft = &self.draft;
        let (least, most) = (*parameter.range.start(), *parameter.range.end());
        match parameter {
            workers if *workers == WORKERS => (1, draft.most_workers(&self.limits)),
            tasks if *tasks == TASKS => (1, Limit::own(draft.model.description().tasks)),
            shortest if *shortest == LATENCY_MIN => (
                least,
                Limit {
                    most: draft.get(&LATENCY_MAX),
                    because: "the longest latency".into(),
                },
            ),
            longest if *longest == LATENCY_MAX => (draft.get(&LATENCY_MIN), Limit::own(most)),
            turns if *turns == SLICES => (
                least,
                Limit::own(most).or_less(draft.get(&WAIT), "each waits at least 1 ms"),
            ),
            wait if *wait == WAIT => (draft.get(&SLICES), Limit::own(most)),
            _ => (least, Limit::own(most)),
        }
    }

    /// Adds or subtracts one, or selects the next or the previous choice if the row has no number.
    pub fn change_by_one(&mut self, up: bool) {
        match self.field() {
            Field::Number(parameter) if self.can_type() => {
                self.entry.remark = None;
                let now = self.draft.get(parameter);
                let next = if up {
                    now.saturating_add(1)
                } else {
                    now.saturating_sub(1)
                };
                self.set_within(parameter, next);
            }
            _ => self.change(up),
        }
    }

    /// The values that ← and → step through. For workers, these are the powers of two and other numbers worth trying:
    /// one per core, one per task, one per address.
    pub(crate) fn steps(&self, parameter: &Parameter) -> Steps {
        if *parameter != WORKERS {
            return parameter.steps();
        }
        let mut besides = vec![u64::from(self.cores_usable), self.draft.tasks];
        if self.draft.workload.fetches() {
            let given = self.draft.urls.as_ref().map(|urls| urls.len() as u64);
            besides.push(given.unwrap_or(self.draft.get(&ADDRESSES)));
        }
        parameter.steps().and(besides)
    }

    /// Sets a number as far as it is allowed, and says so if it is not.
    pub(crate) fn set_within(&mut self, parameter: &'static Parameter, wanted: u64) {
        let (least, Limit { most, because }) = self.range(parameter);
        let now = self.draft.get(parameter);
        let next = wanted.clamp(least.min(most), most);
        if wanted > most {
            self.note(format!("at most {}: {because}", grouped(most)));
        } else if wanted <= now && now <= least {
            let because = match parameter {
                longest if *longest == LATENCY_MAX => ": the shortest latency",
                wait if *wait == WAIT && least > 1 => ": at least 1 ms per turn",
                _ => "",
            };
            self.note(format!("at least {}{because}", grouped(least)));
        }
        self.draft.set(parameter, next);
    }
}
