//! The current measurement: runs are requested, start, continue and end.

use crate::{
    app::{
        App,
        live::{Activity, Asked, Goal, Live, Question, RunPurpose, StartRequest},
        message::Effect,
        screens::{
            Overlay, advice::Advising, claims::Claims, history::columns::RowSource, lesson::Lesson,
        },
    },
    catalog::experiment::{EXPERIMENTS, Experiment},
    domain::{
        campaign::Campaign,
        history::RunEntry,
        plan::{Invalid, Plan},
        provenance::Origin,
        record::{Record, RunOrder},
        speed::Speed,
        sweep::SweepDraft,
        time::nanos,
        trace::Batch,
    },
    present::sentence,
    ui::key::Key,
};

/// What `q` says during a run.
const LOSES_RUN: &str = "a run is in progress. q again drops it and leaves, x stops and keeps it";
/// What `q` says while a file is written.
const LOSES_FILE: &str = "an export is being written. q again leaves without it";

/// The current measurement, if there is one, and the machine's speed.
#[derive(Debug, Default)]
pub(crate) struct CurrentWork {
    pub(crate) activity: Activity,
    /// The speed of an idle core, once it was measured.
    pub(crate) speed: Option<Speed>,
    /// Whether the speed is being measured. No run may start until that is done.
    calibrating: bool,
    /// The question that starts when a Python has been found, unless the user does something else before.
    pub(crate) awaits_python: Option<&'static Experiment>,
    /// The number of campaigns with several runs so far.
    pub(crate) campaigns: u32,
    /// The claims that were tested, and those that can be.
    pub(crate) claims: Claims,
    /// The advice about the user's function.
    pub(crate) advice: Option<Advising>,
    /// The lesson.
    pub(crate) lesson: Lesson,
}

impl App {
    /// The run in progress.
    pub fn live(&self) -> Option<&Live> {
        match &self.work.activity {
            Activity::Running(live) => Some(live),
            _ => None,
        }
    }

    /// The run in progress as a row of the history, below all others.
    pub fn live_row(&self) -> Option<RowSource<'_>> {
        Some(RowSource::Live(self.live()?, self.history.next_number()))
    }

    /// Whether a run is in progress: batches arrive, and the next conclusion is awaited.
    pub fn is_running(&self) -> bool {
        self.live().is_some()
    }

    /// Whether there is an activity that a new run would disturb.
    pub fn is_busy(&self) -> bool {
        !self.is_free()
    }

    pub(crate) fn is_free(&self) -> bool {
        matches!(self.work.activity, Activity::Nothing)
    }

    /// Why no run can start now.
    pub(crate) fn why_busy(&self) -> Option<&'static str> {
        Some(match self.work.activity {
            Activity::Nothing => return None,
            Activity::Calibrating(_) => {
                "still measuring the speed of this machine. The run starts after that"
            }
            Activity::Running(_) => "a run is in progress. x stops it and keeps what was measured",
        })
    }

    pub(crate) fn can_stop(&self) -> bool {
        self.is_busy() && self.live().is_none_or(|live| !live.stopping)
    }

    pub(crate) fn stop(&mut self) {
        if let Activity::Running(live) = &mut self.work.activity {
            live.stopping = true;
            self.out.effects.push(Effect::Stop);
        } else {
            self.work.activity = Activity::Nothing;
        }
    }

    /// What quitting now would lose, in a sentence.
    fn loss(&self) -> Option<&'static str> {
        let file = (self.out.exports > 0).then_some(LOSES_FILE);
        self.live().map(|_| LOSES_RUN).or(file)
    }

    /// Whether this sentence says that quitting would lose something that is not there any more.
    pub(crate) fn is_over(&self, sentence: &str) -> bool {
        [LOSES_RUN, LOSES_FILE].contains(&sentence) && self.loss() != Some(sentence)
    }

    /// Quits. If that would lose something, the first press says so, and the next one quits.
    pub(crate) fn quit(&mut self) {
        let said = self.notice().map(|notice| &*notice.sentence);
        match self.loss().filter(|loss| said != Some(loss)) {
            Some(loss) => self.show_notice(loss),
            None => self.out.effects.push(Effect::Quit),
        }
    }

    /// Measures the machine's speed at the start, while nothing runs and the user has not asked for a run yet.
    pub(crate) fn on_opened(&mut self) {
        self.out
            .effects
            .extend([Effect::ReadEarlier, Effect::FindPythons]);
        if self.work.speed.is_none() && self.is_free() {
            self.calibrate();
        }
    }

    fn calibrate(&mut self) {
        self.work.calibrating = true;
        self.out.effects.push(Effect::Calibrate);
    }

    /// Measures the machine's speed, without which this request cannot be met.
    fn calibrate_for(&mut self, request: StartRequest) {
        self.work.activity = Activity::Calibrating(request);
        self.calibrate();
    }

    pub(crate) fn on_calibrated(&mut self, speed: Speed) {
        self.work.calibrating = false;
        self.work.speed = Some(speed);
        match std::mem::take(&mut self.work.activity) {
            Activity::Calibrating(request) => self.request(request),
            other => self.work.activity = other,
        }
    }

    pub(crate) fn run(&mut self) {
        self.ask(Goal::Run);
    }

    /// Measures the answer to the question of this key.
    pub(crate) fn run_experiment(&mut self, key: Key) {
        let Key::Char(key) = key else { return };
        if let Some(experiment) = Experiment::by_key(key) {
            self.experiment(experiment);
        }
    }

    /// Measures the baseline of the chosen run; in the form, of its draft. A run that was measured in turn with its
    /// baseline is measured in turn again, because a single run would not become its baseline.
    pub(crate) fn measure_baseline(&mut self) {
        if let Some(answer) = self.answer_here() {
            let plan = answer.record.plan.clone();
            let question = EXPERIMENTS.iter().find(|question| question.is_of(&plan));
            return self.begin_in_turn(plan, question, RunPurpose::Baseline);
        }
        match self.run_here() {
            Some(entry) => {
                let (number, plan) = (entry.number, entry.record.plan.clone());
                self.begin_baseline(&plan, RunPurpose::Run(number));
            }
            None => self.ask(Goal::Baseline),
        }
    }

    /// The chosen run, unless keys act on the form.
    fn run_here(&self) -> Option<&RunEntry> {
        self.chosen_run().filter(|_| !self.is_in_form())
    }

    /// The run that answers the question of the chosen run, if that was measured in turn with another.
    pub(crate) fn answer_here(&self) -> Option<&RunEntry> {
        self.history
            .get(self.history.answer(self.run_here()?.number)?)
    }

    /// Measures a plan in turn with the same work done serially.
    fn begin_in_turn(
        &mut self,
        plan: Plan,
        experiment: Option<&'static Experiment>,
        purpose: RunPurpose,
    ) {
        let campaign = Campaign::experiment(plan, self.settings.budget_s);
        let id = Some(self.next_campaign_id());
        self.begin(Asked {
            campaign,
            id,
            question: experiment.map(Question::Experiment),
            purpose,
        });
    }

    /// Measures a baseline. Because the user asked for it, it becomes the baseline once it is measured, even if another
    /// run was chosen before.
    fn begin_baseline(&mut self, work: &Plan, purpose: RunPurpose) {
        let serial = Asked::of(Campaign::repeats(work.as_serial(), 1));
        self.begin(Asked { purpose, ..serial });
    }

    /// Pursues this goal with the draft of the form.
    pub(crate) fn ask(&mut self, goal: Goal) {
        if let (Goal::Run, Err(invalid)) = (&goal, self.form.check_pickling()) {
            return self.refuse(&invalid);
        }
        let draft = self.form.draft();
        self.request(StartRequest { draft, goal });
    }

    /// Turns a draft into a campaign. The machine's speed is measured first if it is needed.
    pub(crate) fn request(&mut self, request: StartRequest) {
        if self.work.calibrating {
            // The measurement cannot be stopped. The run starts when it is done.
            self.work.activity = Activity::Calibrating(request);
            return;
        }
        let StartRequest { mut draft, goal } = request;
        if let Goal::Claim(at) = goal {
            match self.work.speed {
                Some(_) => self.begin_claim(at),
                None => self.calibrate_for(StartRequest { draft, goal }),
            }
            return;
        }
        if draft.needs_calibration() {
            if let Err(invalid) = draft.check(&self.form.limits) {
                self.refuse(&invalid);
                return;
            }
            let speed = match &goal {
                Goal::Sweep(sweep) => self.known().speed_of_sweep(sweep),
                _ => self.known().speed_of(&draft),
            };
            let Some(speed) = speed.or_else(|| self.work.speed.clone()) else {
                self.calibrate_for(StartRequest { draft, goal });
                return;
            };
            draft = draft.calibrated(&speed);
        }
        let repeats = u32::try_from(draft.repeats).unwrap_or(u32::MAX);
        if let Goal::Sweep(sweep) = goal {
            self.begin_sweep(SweepDraft { draft, ..*sweep });
            return;
        }
        match (draft.validate(&self.form.limits), goal) {
            (Err(invalid), _) => self.refuse(&invalid),
            (Ok(plan), Goal::Run | Goal::Sweep(_) | Goal::Claim(_)) => {
                let id = (repeats > 1).then(|| self.next_campaign_id());
                let runs = Asked::of(Campaign::repeats(plan, repeats));
                self.begin(Asked { id, ..runs });
            }
            (Ok(plan), Goal::Step) => self.begin_step(plan),
            (Ok(plan), Goal::Baseline) => self.begin_baseline(&plan, RunPurpose::Baseline),
            (Ok(plan), Goal::Answer(experiment)) => {
                self.begin_in_turn(plan, Some(experiment), RunPurpose::Own);
            }
        }
    }

    fn refuse(&mut self, invalid: &Invalid) {
        self.form.refuse(invalid);
        self.open_form();
    }

    /// Starts the first of these runs and shows it.
    pub(crate) fn begin(&mut self, asked: Asked) {
        self.out.notice = None;
        self.timeline.frozen = None;
        self.form.dismiss();
        if matches!(self.overlay(), Some(Overlay::Form(_))) {
            self.open.overlays.clear();
        }
        self.advance(asked, true);
    }

    /// The records of this session. Those of other sessions do not count here, because the machine may have been
    /// different.
    pub(crate) fn records_here(&self) -> impl DoubleEndedIterator<Item = &Record> {
        let entries = self.history.entries().iter();
        let here = entries.filter(|entry| entry.provenance.origin == Origin::Here);
        here.map(|entry| &entry.record)
    }

    /// Starts the campaign's next run; returns whether there is one. Selects the new run if the previous live run was
    /// selected. Otherwise the selection stays.
    pub(crate) fn advance(&mut self, mut asked: Asked, watched: bool) -> bool {
        let last = self.records_here().next_back();
        let Some(plan) = asked.campaign.next(last) else {
            self.conclude_advice(&asked, false);
            return false;
        };
        if watched {
            self.show_row(None);
        }
        let part = asked.id.as_ref().and_then(|id| asked.campaign.part(id));
        let order = RunOrder {
            plan: plan.clone(),
            part,
        };
        self.work.activity = Activity::Running(Box::new(Live::new(plan, asked)));
        self.out.effects.push(Effect::Start(order));
        true
    }

    pub(crate) fn on_batch(&mut self, batch: Batch) {
        let worker = self.worker_under_cursor();
        let Activity::Running(live) = &mut self.work.activity else {
            return;
        };
        let died = sentence::live::died(&batch.deaths);
        live.trace.apply(batch);
        self.look_at_worker(worker);
        if let Some(sentence) = died {
            self.show_error(sentence);
        }
    }

    pub(crate) fn on_concluded(&mut self, record: Record) {
        let is_frozen = self.frozen().is_some();
        let Activity::Running(live) = std::mem::take(&mut self.work.activity) else {
            return;
        };
        let Live {
            mut trace,
            asked,
            stopping,
            ..
        } = *live;
        let purpose = asked.purpose;
        let is_sweep = asked.campaign.course().is_some();
        trace.conclude(nanos(record.times.wall_s));
        let was_watched = self.chosen().is_none();
        if !matches!(purpose, RunPurpose::Own) && record.is_sound() {
            self.history.forget_baseline(&record.plan);
        }
        let (number, thinned) = self.history.add(record, trace);
        self.rearrange();
        if was_watched && !is_sweep {
            self.show_result(number, purpose);
        }
        if thinned {
            self.report_thinning();
        }
        if is_frozen {
            self.show_notice("the frozen run has finished. Space shows it");
        }
        self.out.effects.push(Effect::Keep(number));
        if stopping {
            self.conclude_advice(&asked, true);
        }
        let (question, id) = (asked.question, asked.id.clone().unwrap_or_default());
        // A user who froze the trace continues to look at it.
        let is_seen = was_watched && !is_frozen;
        if !stopping && self.advance(asked, is_seen) {
            return;
        }
        match question {
            Some(Question::Controls(at)) => self.on_controls_measured(at, &id, number, is_seen),
            Some(Question::Claim(at)) => self.on_claim_measured(at, &id, number, is_seen),
            Some(Question::Step) => self.on_step_measured(number, is_seen),
            _ if is_seen => self.show_answer(number),
            _ => {}
        }
    }

    /// Shows what answers the question of a campaign whose last run has this number: the sweep, or the run that stands
    /// for the plan that was measured in turn with its baseline.
    fn show_answer(&mut self, last: usize) {
        let run = self.history.get(last);
        let has_broken = run.is_some_and(|run| run.record.has_broken());
        let sweep = run.and_then(|run| self.history.sweep_of(&run.record));
        let sweep = sweep.map(|sweep| sweep.number);
        let answer = || self.history.answer(last).filter(|_| !has_broken);
        if let Some(answer) = sweep.or_else(answer) {
            self.show_row(Some(answer));
        }
    }

    /// Shows a run that has ended, or the run for which it was measured. The latter is shown only if the new run is its
    /// baseline.
    fn show_result(&mut self, number: usize, purpose: RunPurpose) {
        let is_against_it = |run: usize| {
            let run = self.history.get(run);
            let baseline = run.and_then(|run| run.assessment.baseline);
            baseline.is_some_and(|baseline| baseline.number == number)
        };
        match purpose {
            RunPurpose::Run(answer) if is_against_it(answer) => self.show_row(Some(answer)),
            _ => self.runs.browse.select(Some(number)),
        }
    }

    pub(crate) fn on_refused(&mut self, sentence: String) {
        self.timeline.frozen = None;
        let refused = std::mem::take(&mut self.work.activity);
        // No run starts while the speed is being measured, so the refusal is about the measurement.
        self.work.calibrating = false;
        if self.chosen().is_none() {
            self.show_row(self.runs.browse.order().last().copied());
        }
        if let Activity::Running(live) = &refused {
            self.conclude_advice(&live.asked, true);
        }
        if let Activity::Running(live) = refused
            && let Some(Question::Controls(at) | Question::Claim(at)) = live.asked.question
        {
            self.on_claim_refused(at, &sentence);
        }
        self.show_error(sentence);
    }
}
