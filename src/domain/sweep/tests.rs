//! Sweeps as they are asked for, and what their runs say together.
