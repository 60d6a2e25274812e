//! The options for the catalogue's parameters: each with its value, its place in the help and its owner.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, builder::ValueParser};

use super::values;
use crate::{
    catalog::{
        model::Model,
        parameter::{Parameter, ParameterKind},
        workload::{CHUNK_SIZE, Workload},
    },
    domain::{plan::Draft, text::listed},
};

/// Every parameter with its own option, and its heading. The upper end of a range shares the option of the lower end.
fn all() -> impl Iterator<Item = (String, &'static Parameter)> {
    let heading = |owner: &str, name: &str| format!("Options of --{owner} {name}");
    let of_workloads = Workload::all_parameters()
        .map(move |(workload, parameter)| (heading("workload", workload.name()), parameter));
    let of_models = Model::all_parameters()
        .map(move |(model, parameter)| (heading("model", model.name()), parameter));
    let is_end = |parameter| {
        Workload::all_parameters().any(|(_, other)| other.upper_end() == Some(parameter))
    };
    of_workloads
        .chain(of_models)
        .filter(move |(_, parameter)| !is_end(*parameter))
}

fn argument((heading, parameter): (String, &'static Parameter)) -> Arg {
    let help = parameter.help;
    let mut sizings = Workload::ALL
        .iter()
        .filter_map(|workload| workload.description().sizing.as_ref());
    let time = sizings
        .find(|sizing| sizing.steps == parameter)
        .map(|sizing| sizing.time.flag);
    let argument = Arg::new(parameter.flag)
        .long(parameter.flag)
        .help(help.short)
        .long_help([help.short, help.long].join("\n\n").trim_end().to_string())
        .help_heading(heading)
        .hide_short_help(help.is_rare)
        .conflicts_with_all(time.or(parameter.is_of_server.then_some("urls")));
    let (name, parser) = match parameter.kind {
        ParameterKind::Count | ParameterKind::Doubling => ("N", ValueParser::new(values::count)),
        ParameterKind::Milliseconds => ("TIME", ValueParser::new(values::milliseconds)),
        ParameterKind::MillisecondsUpTo(_) => ("TIME..TIME", ValueParser::new(values::latency)),
        ParameterKind::Microseconds => ("TIME", ValueParser::new(values::microseconds)),
        ParameterKind::Bytes => ("SIZE", ValueParser::new(values::size)),
        ParameterKind::Switch(_) => return argument.action(ArgAction::SetTrue),
    };
    argument
        .value_name(name)
        .value_parser(parser)
        .allow_hyphen_values(true)
}

/// The parameters that the user gave.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ParameterArguments(Vec<(&'static Parameter, u64)>);

impl Args for ParameterArguments {
    fn augment_args(command: Command) -> Command {
        command.args(all().map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ParameterArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<ParameterArguments, clap::Error> {
        let mut given = vec![];
        for (_, parameter) in all() {
            match parameter.kind {
                ParameterKind::Switch(_) => {
                    given.extend(matches.get_flag(parameter.flag).then_some((parameter, 1)));
                }
                ParameterKind::MillisecondsUpTo(end) => {
                    if let Some((min_ms, max_ms)) = matches.get_one(parameter.flag) {
                        given.extend([(parameter, *min_ms), (end, *max_ms)]);
                    }
                }
                _ => {
                    let value = matches.get_one(parameter.flag);
                    given.extend(value.map(|value| (parameter, *value)));
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
    /// The draft with the given parameters.
    pub(super) fn fill(&self, mut draft: Draft) -> Draft {
        for (parameter, value) in &self.0 {
            draft.set(parameter, *value);
        }
        draft
    }

    /// Refuses a parameter that belongs neither to this workload nor to any of these models.
    pub(super) fn check(&self, workload: Workload, models: &[Model]) -> Result<(), String> {
        for (parameter, _) in &self.0 {
            let of_workload = |workload: Workload| workload.parameters().contains(parameter);
            if Workload::ALL.into_iter().any(of_workload) {
                check_workload(parameter.flag, workload, of_workload)?;
                if **parameter == CHUNK_SIZE {
                    check_models(parameter.flag, models, Model::has_processes)?;
                }
            } else {
                check_models(parameter.flag, models, |model| {
                    model.parameters().contains(parameter)
                })?;
            }
        }
        Ok(())
    }
}

/// Refuses an option that has no meaning for this workload.
pub(super) fn check_workload(
    flag: &str,
    workload: Workload,
    has: impl Fn(Workload) -> bool,
) -> Result<(), String> {
    if has(workload) {
        return Ok(());
    }
    let others: Vec<&str> = Workload::ALL
        .into_iter()
        .filter(|other| has(*other))
        .map(Workload::name)
        .collect();
    Err(format!(
        "--{flag} belongs to --workload {}; leave it out, or choose that workload",
        listed(&others, "or")
    ))
}

/// Refuses an option that has no meaning for any of these models.
pub(super) fn check_models(
    flag: &str,
    models: &[Model],
    has: impl Fn(Model) -> bool,
) -> Result<(), String> {
    if models.iter().any(|model| has(*model)) {
        return Ok(());
    }
    let others: Vec<&str> = Model::ALL
        .into_iter()
        .filter(|other| has(*other))
        .map(Model::name)
        .collect();
    Err(format!(
        "--{flag} belongs to {}; leave it out, or choose such a model",
        listed(&others, "or")
    ))
}
