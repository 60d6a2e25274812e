//! The table that every bench prints.

use pconc_tui::domain::machine::Machine;

/// Begins a table of what was measured on this machine.
pub fn begin(machine: &Machine) {
    println!(
        "{}, {} usable cores, {}\n",
        machine.cpu_model.as_deref().unwrap_or("unknown processor"),
        machine.cores_usable,
        machine.kernel
    );
    row("what", "measured", "aim");
}

/// One line of it.
pub fn row(what: &str, measured: &str, aim: &str) {
    println!("{what:<64} {measured:>18}   {aim}");
}

/// Median of some measurements.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
