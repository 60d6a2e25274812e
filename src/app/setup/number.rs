//! The numbers of the form: what they are, how far they go, and how they are stepped through.

use super::{Row, Setup};
use crate::domain::machine::{Limits, MAX_PYTHON_TASKS, MAX_TASKS};
use crate::domain::model::Model;
use crate::domain::plan::{self, TaskSize};
use crate::domain::text::grouped;
use crate::domain::workload::{MAX_ITERATIONS, WorkloadKind};

impl Setup {
    /// The unit of a row's number, or nothing.
    pub fn unit(&self, row: Row) -> &'static str {
        match (row, self.draft.task_size) {
            (Row::TaskSize, TaskSize::Milliseconds(_)) | (Row::LatencyMin | Row::LatencyMax, _) => {
                "ms"
            }
            (Row::PageBytes, _) => "B",
            (Row::SwitchInterval, _) => "µs",
            _ => "",
        }
    }

    pub(super) fn number(&self, row: Row) -> u64 {
        let draft = &self.draft;
        match row {
            Row::Workload
            | Row::Model
            | Row::Python
            | Row::StartMethod
            | Row::SizedBy
            | Row::Files => 0,
            Row::Workers => draft.workers,
            Row::Tasks => draft.tasks,
            Row::TaskSize => match draft.task_size {
                TaskSize::Iterations(n) | TaskSize::Milliseconds(n) => n,
            },
            Row::Writes => draft.writes,
            Row::Addresses => draft.addresses,
            Row::LatencyMin => draft.latency_min_ms,
            Row::LatencyMax => draft.latency_max_ms,
            Row::PageBytes => draft.page_bytes,
            Row::SwitchInterval => draft.switch_interval_us,
            Row::Repeats => draft.repeats,
        }
    }

    pub(super) fn set_number(&mut self, row: Row, n: u64) {
        let draft = &mut self.draft;
        match row {
            Row::Workload
            | Row::Model
            | Row::Python
            | Row::StartMethod
            | Row::SizedBy
            | Row::Files => {}
            Row::Workers => draft.workers = n,
            Row::Tasks => draft.tasks = n,
            Row::TaskSize => match &mut draft.task_size {
                TaskSize::Iterations(size) => (*size, self.iterations) = (n, n),
                TaskSize::Milliseconds(size) => (*size, self.task_ms) = (n, n),
            },
            Row::Writes => draft.writes = n,
            Row::Addresses => draft.addresses = n,
            Row::LatencyMin => draft.latency_min_ms = n,
            Row::LatencyMax => draft.latency_max_ms = n,
            Row::PageBytes => draft.page_bytes = n,
            Row::SwitchInterval => draft.switch_interval_us = n,
            Row::Repeats => draft.repeats = n,
        }
    }

    /// The least and the most that ← and → reach, and what sets the most.
    pub(super) fn range(&self, row: Row, limits: &Limits) -> (u64, u64, String) {
        let own = || "this program's own limit".to_string();
        match row {
            Row::Workers => {
                let limit = limits.workers(self.draft.workload, self.draft.model);
                (1, limit.most, limit.because)
            }
            Row::Tasks if self.draft.model.is_python() => (1, MAX_PYTHON_TASKS, own()),
            Row::Tasks => (1, MAX_TASKS, own()),
            Row::TaskSize => match self.draft.task_size {
                TaskSize::Iterations(_) => (1, MAX_ITERATIONS, own()),
                TaskSize::Milliseconds(_) => (1, plan::MAX_TASK_MS, own()),
            },
            Row::Writes => (1, plan::MAX_WRITES, own()),
            Row::Addresses => (1, plan::MAX_ADDRESSES, own()),
            Row::LatencyMin => (0, self.draft.latency_max_ms, "the longest latency".into()),
            Row::LatencyMax => (self.draft.latency_min_ms, plan::MAX_LATENCY_MS, own()),
            Row::PageBytes => (1, plan::MAX_PAGE_BYTES, own()),
            Row::SwitchInterval => (
                *plan::SWITCH_INTERVAL_US.start(),
                *plan::SWITCH_INTERVAL_US.end(),
                own(),
            ),
            Row::Repeats => (1, plan::MAX_REPEATS, own()),
            Row::Workload
            | Row::Model
            | Row::Python
            | Row::StartMethod
            | Row::SizedBy
            | Row::Files => (0, 0, own()),
        }
    }

    /// One more or one less, or the next choice or the one before where there is no number.
    pub fn change_by_one(&mut self, up: bool, limits: &Limits) {
        let fixed = self.row == Row::Workers && self.draft.model == Model::Serial;
        if !self.row.is_number() || fixed {
            return self.change(up, limits);
        }
        self.remark = None;
        let now = self.number(self.row);
        self.go_to(
            if up {
                now.saturating_add(1)
            } else {
                now.saturating_sub(1)
            },
            limits,
        );
    }

    /// Numbers of workers that are worth trying beside the powers of two: one per core, one per task, one per address.
    pub(super) fn sensible_workers(&self) -> Vec<u64> {
        let mut numbers = vec![u64::from(self.cores_usable), self.draft.tasks];
        if self.draft.workload == WorkloadKind::Io {
            numbers.push(
                self.draft
                    .urls
                    .as_ref()
                    .map_or(self.draft.addresses, |urls| urls.len() as u64),
            );
        }
        numbers
    }

    /// Sets the number of the cursor's row, as far as that is allowed; says so where it is not.
    pub(super) fn go_to(&mut self, wanted: u64, limits: &Limits) {
        let row = self.row;
        let (least, most, because) = self.range(row, limits);
        let now = self.number(row);
        let next = wanted.clamp(least.min(most), most);
        if wanted > most {
            self.note(format!("at most {}: {because}", grouped(most)));
        } else if wanted <= now && now <= least {
            let because = if row == Row::LatencyMax {
                ": the shortest latency"
            } else {
                ""
            };
            self.note(format!("at least {}{because}", grouped(least)));
        }
        self.set_number(row, next);
    }
}
