//! Texts made from the command line's own description: completion scripts and the manual page.

use clap::{Command, ValueEnum};
use clap_complete::shells::{Bash, Fish, Zsh};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// A shell that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// A script that lets this shell complete commands, options and values.
pub(super) fn completions(shell: Shell, mut command: Command) -> String {
    let mut script = vec![];
    let name = command.get_name().to_string();
    match shell {
        Shell::Bash => clap_complete::generate(Bash, &mut command, name, &mut script),
        Shell::Zsh => clap_complete::generate(Zsh, &mut command, name, &mut script),
        Shell::Fish => clap_complete::generate(Fish, &mut command, name, &mut script),
    }
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // clap_complete 4.6.11 names the parts of a program with a hyphen in its name in two ways that do not meet.
        Shell::Bash => script.replace("pconc__subcmd__tui", "pconc__tui"),
        Shell::Zsh => script,
        // The generator leaves out values without an option before them.
        Shell::Fish => {
            script
                + "complete -c pconc-tui -n \"__fish_pconc_tui_using_subcommand completions\" -f -a \"bash zsh fish\"\n"
        }
    }
}

/// One manual page with all commands, as roff.
pub(super) fn manual(command: Command) -> String {
    // The short help leaves out some options; the manual has all.
    let mut command = command
        .mut_subcommands(|command| command.mut_args(|argument| argument.hide_short_help(false)));
    command.build();
    let man = Man::new(command.clone());
    let begin = [
        written(|page| man.render_title(page)),
        written(|page| man.render_name_section(page)),
        written(|page| man.render_synopsis_section(page)),
        written(|page| man.render_description_section(page)),
        written(|page| man.render_options_section(page)),
    ];
    let subcommands = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help");
    let end = [
        written(|page| man.render_extra_section(page)).replace(".SH EXTRA", ".SH NOTES"),
        written(|page| man.render_version_section(page)),
    ];
    begin
        .into_iter()
        .chain(subcommands.map(section))
        .chain(end)
        .collect()
}

/// A command in a section of its own, whose parts are subsections.
fn section(command: &Command) -> String {
    let about = command
        .get_long_about()
        .or(command.get_about())
        .map(ToString::to_string);
    let mut heading = Roff::new();
    heading.control(
        "SH",
        [format!("pconc-tui {}", command.get_name())
            .to_uppercase()
            .as_str()],
    );
    heading.text([roman(about.unwrap_or_default())]);
    let man = Man::new(command.clone());
    let mut parts = written(|page| man.render_synopsis_section(page))
        + &written(|page| man.render_options_section(page));
    if command.get_after_long_help().is_some() {
        parts += &written(|page| man.render_extra_section(page)).replace(".SH EXTRA", ".SH NOTES");
    }
    written(|page| heading.to_writer(page)) + &parts.replace(".SH ", ".SS ")
}

/// What `write` writes.
fn written<E: std::fmt::Debug>(write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> String {
    let mut bytes = vec![];
    write(&mut bytes).expect("a Vec takes any bytes");
    String::from_utf8_lossy(&bytes).into_owned()
}
