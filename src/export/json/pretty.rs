//! JSON that people can read, but for the traces: those are one line each, as a number per line would be nothing to read.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// The value of this key is written in one line.
const IN_ONE_LINE: &str = "trace";

/// Pretty, but for the values of one key.
pub(super) struct MostlyPretty {
    pretty: PrettyFormatter<'static>,
    in_key: bool,
    /// The key that was written last is [`IN_ONE_LINE`].
    is_next: bool,
    /// How deep in such a value; 0 outside.
    depth: usize,
}

impl MostlyPretty {
    pub fn new() -> MostlyPretty {
        MostlyPretty {
            pretty: PrettyFormatter::new(),
            in_key: false,
            is_next: false,
            depth: 0,
        }
    }

    fn enter(&mut self) -> bool {
        if self.depth > 0 || std::mem::take(&mut self.is_next) {
            self.depth += 1;
        }
        self.depth > 0
    }

    fn leave(&mut self) -> bool {
        let was_inside = self.depth > 0;
        self.depth = self.depth.saturating_sub(1);
        was_inside
    }
}

/// Calls the compact formatter inside of such a value, else the pretty one.
macro_rules! either {
    ($($call:ident($($argument:ident: $type:ty),*);)*) => { $(
        fn $call<W: ?Sized + Write>(&mut self, writer: &mut W, $($argument: $type),*) -> io::Result<()> {
            if self.depth > 0 {
                CompactFormatter.$call(writer, $($argument),*)
            } else {
                self.pretty.$call(writer, $($argument),*)
            }
        }
    )* };
}

impl Formatter for MostlyPretty {
    either! {
        begin_array_value(first: bool);
        end_array_value();
        begin_object_value();
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.in_key = true;
        if self.depth > 0 {
            CompactFormatter.begin_object_key(writer, first)
        } else {
            self.pretty.begin_object_key(writer, first)
        }
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if self.in_key {
            self.is_next = fragment == IN_ONE_LINE;
        }
        writer.write_all(fragment.as_bytes())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.is_next = false;
        if self.depth > 0 {
            Ok(())
        } else {
            self.pretty.end_object_value(writer)
        }
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.enter() {
            CompactFormatter.begin_array(writer)
        } else {
            self.pretty.begin_array(writer)
        }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.leave() {
            CompactFormatter.end_array(writer)
        } else {
            self.pretty.end_array(writer)
        }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.enter() {
            CompactFormatter.begin_object(writer)
        } else {
            self.pretty.begin_object(writer)
        }
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.leave() {
            CompactFormatter.end_object(writer)
        } else {
            self.pretty.end_object(writer)
        }
    }
}
