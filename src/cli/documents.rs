//! Texts that are made from the definition of the command line: completion scripts and the manual page.

use std::error::Error;

use clap::{
    Command, CommandFactory,
    builder::{PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;
use clap_mangen::Man;

use super::CommandLine;

/// Parses the name of a shell that has completions.
pub(super) fn shell() -> impl TypedValueParser<Value = Shell> {
    PossibleValuesParser::new(["bash", "zsh", "fish"])
        .map(|name| name.parse().expect("clap_complete knows these"))
}

/// A script that lets this shell complete commands, options and values.
pub fn completions(shell: Shell) -> String {
    let mut script = vec![];
    clap_complete::generate(shell, &mut CommandLine::command(), "pconc-tui", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // clap_complete 4.6.11 uses two different names for the parts of a program with a hyphen in its name.
        Shell::Bash => script.replace("pconc__subcmd__tui", "pconc__tui"),
        // The generator omits values that have no option.
        Shell::Fish => {
            script
                + "complete -c pconc-tui -n \"__fish_pconc_tui_using_subcommand completions\" -f -a \"bash zsh fish\"\n"
        }
        _ => script,
    }
}

/// One manual page with all commands, as roff.
pub fn manual() -> String {
    // The short help omits some options. The manual has all of them.
    let mut command = CommandLine::command()
        .mut_subcommands(|command| command.mut_args(|argument| argument.hide_short_help(false)));
    command.build();
    let mut page = vec![];
    write_manual(&command, &mut page).expect("a Vec takes any bytes");
    String::from_utf8_lossy(&page).replace(" EXTRA\n", " NOTES\n")
}

fn write_manual(command: &Command, page: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    let is_ours = |command: &&Command| command.get_name() != "help";
    for command in command.get_subcommands().filter(is_ours) {
        write_section(command, page)?;
    }
    man.render_extra_section(page)?;
    man.render_version_section(page)?;
    Ok(())
}

/// Writes a command as a section with its parts as subsections.
fn write_section(command: &Command, page: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let man = Man::new(command.clone());
    let mut parts = vec![];
    man.render_description_section(&mut parts)?;
    man.render_synopsis_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    if command.get_after_long_help().is_some() {
        man.render_extra_section(&mut parts)?;
    }
    let name = command.get_name().to_uppercase();
    let parts = String::from_utf8_lossy(&parts)
        .replace(".SH ", ".SS ")
        .replace(".SS DESCRIPTION", &format!(".SH \"PCONC-TUI {name}\""));
    page.extend(parts.bytes());
    Ok(())
}
