//! The options of the catalogue's parameters: each with its value, its place in the help and what it belongs to.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::values::{self, Latency};
use crate::catalog::model::Model;
use crate::catalog::parameter::{Kind, Parameter};
use crate::catalog::workload::Workload;
use crate::domain::plan::Draft;

/// What a parameter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Workload(Workload),
    Model(Model),
}

impl Owner {
    fn heading(self) -> String {
        match self {
            Owner::Workload(workload) => format!("Options of --workload {}", workload.name()),
            Owner::Model(model) => format!("Options of --model {}", model.name()),
        }
    }
}

/// Every parameter that has an option of its own. The upper end of a range has that of the lower one.
fn all() -> Vec<(Owner, &'static Parameter)> {
    let of_workloads = Workload::all_parameters()
        .map(|(workload, parameter)| (Owner::Workload(workload), parameter));
    let of_models =
        Model::all_parameters().map(|(model, parameter)| (Owner::Model(model), parameter));
    let all: Vec<(Owner, &'static Parameter)> = of_workloads.chain(of_models).collect();
    let is_end = |one: &Parameter| {
        all.iter()
            .any(|(_, other)| other.upper_end().is_some_and(|end| end == one))
    };
    all.iter()
        .copied()
        .filter(|(_, parameter)| !is_end(parameter))
        .collect()
}

fn argument((owner, parameter): (Owner, &'static Parameter)) -> Arg {
    let argument = Arg::new(parameter.flag)
        .long(parameter.flag)
        .help(parameter.help.short)
        .help_heading(owner.heading())
        .hide_short_help(parameter.help.is_rare);
    let argument = if parameter.help.long.is_empty() {
        argument
    } else {
        argument.long_help(format!(
            "{}\n\n{}",
            parameter.help.short, parameter.help.long
        ))
    };
    let valued = |name: &'static str| {
        argument
            .clone()
            .value_name(name)
            .allow_hyphen_values(true)
            .action(ArgAction::Set)
    };
    match parameter.kind {
        Kind::Count | Kind::Doubling => valued("N").value_parser(values::count),
        Kind::Milliseconds => valued("TIME").value_parser(values::milliseconds),
        Kind::MillisecondsUpTo(_) => valued("TIME..TIME").value_parser(values::latency),
        Kind::Microseconds => valued("TIME").value_parser(values::microseconds),
        Kind::Bytes => valued("SIZE").value_parser(values::size),
        Kind::Switch(_) => argument.action(ArgAction::SetTrue),
    }
}

/// The parameters that were given.
#[derive(Debug)]
pub(super) struct ParameterArguments(Vec<(Owner, &'static Parameter, u64)>);

impl Args for ParameterArguments {
    fn augment_args(command: Command) -> Command {
        command.args(all().into_iter().map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ParameterArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<ParameterArguments, clap::Error> {
        let mut given = vec![];
        for (owner, parameter) in all() {
            let mut take = |parameter, value| given.push((owner, parameter, value));
            match parameter.kind {
                Kind::Switch(_) if matches.get_flag(parameter.flag) => take(parameter, 1),
                Kind::Switch(_) => {}
                Kind::MillisecondsUpTo(end) => {
                    if let Some(range) = matches.get_one::<Latency>(parameter.flag) {
                        take(parameter, range.min_ms);
                        take(end, range.max_ms);
                    }
                }
                _ => {
                    if let Some(value) = matches.get_one::<u64>(parameter.flag) {
                        take(parameter, *value);
                    }
                }
            }
        }
        Ok(ParameterArguments(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl ParameterArguments {
    /// The draft with what was given.
    pub(super) fn fill(&self, mut draft: Draft) -> Draft {
        for (_, parameter, value) in &self.0 {
            draft.set(parameter, *value);
        }
        draft
    }

    /// Why what was given cannot be meant of this workload, if it cannot: with addresses of the user's or without.
    pub(super) fn contradicts_workload(
        &self,
        workload: Workload,
        has_urls: bool,
    ) -> Option<String> {
        let is_of_server = |one: &&(Owner, &'static Parameter, u64)| one.1.is_of_server;
        let of_server = self.0.iter().find(is_of_server).filter(|_| has_urls);
        if let Some((_, parameter, _)) = of_server.filter(|_| workload.fetches()) {
            return Some(replaced_by_urls(parameter.flag));
        }
        let foreign = self.0.iter().find_map(|(owner, parameter, _)| match owner {
            Owner::Workload(other) if *other != workload => Some((*other, parameter)),
            _ => None,
        });
        if let Some((other, parameter)) = foreign {
            return Some(belongs_to(parameter.flag, other));
        }
        let sizing = workload.description().sizing.as_ref()?;
        let has = |wanted: &Parameter| self.0.iter().any(|(_, given, _)| *given == wanted);
        (has(sizing.steps) && has(sizing.time)).then(|| {
            format!(
                "--{} and --{} both set the size of a task: give one of them",
                sizing.steps.flag, sizing.time.flag
            )
        })
    }

    /// The first parameter that was given and that belongs to none of these models, with the model that has it.
    pub(super) fn of_other_model(&self, models: &[Model]) -> Option<(&'static str, Model)> {
        self.0.iter().find_map(|(owner, parameter, _)| match owner {
            Owner::Model(model) if !models.contains(model) => Some((parameter.flag, *model)),
            _ => None,
        })
    }
}

/// That an option and the user's own addresses exclude each other.
pub(super) fn replaced_by_urls(flag: &str) -> String {
    format!("--{flag} is about the embedded server, which --urls replaces: give one of them")
}

/// That an option is one of another workload.
pub(super) fn belongs_to(flag: &str, workload: Workload) -> String {
    format!(
        "--{flag} belongs to --workload {}: leave it out, or choose that workload",
        workload.name()
    )
}
