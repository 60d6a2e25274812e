//! The code to paste: a complete program that executes the calls of a function in the way that is advised, or the line that
//! runs a command.

use std::fmt::Write;

use crate::{
    analysis::advised::{Advised, AdvisedChoice, CallWay},
    catalog::model::Model,
    domain::{
        function::{Function, Inputs},
        python::StartMethod,
        subject::AdviceSubject,
    },
    present::line,
};

/// The code for an answer; `None` if there is no answer.
pub fn of(advised: &Advised) -> Option<String> {
    let (pool, workers, chunk) = match &advised.choice {
        AdvisedChoice::Use(way) => (pool(way), way.workers, way.chunk),
        AdvisedChoice::Neither(_) => (CodePool::Loop, 1, 1),
        AdvisedChoice::CannotTell(_) => return None,
    };
    let function = match &advised.subject {
        AdviceSubject::Function(function) => function,
        AdviceSubject::Command(command) => {
            return line::of(command, workers, advised.inputs.into()).map(|line| line + "\n");
        }
    };
    let recipe = Recipe {
        function,
        pool,
        workers,
        chunk,
        calls: advised.inputs.into(),
        raises: advised.raises(),
    };
    Some(recipe.code())
}

fn pool(way: &CallWay) -> CodePool {
    match way.executor.model {
        Model::PythonProcesses => {
            let python = way.executor.python.as_ref();
            CodePool::Processes(python.and_then(|python| python.start_method))
        }
        Model::PythonInterpreters => CodePool::Interpreters,
        Model::PythonAsyncio => CodePool::Asyncio,
        Model::PythonThreads => CodePool::Threads,
        _ => CodePool::Loop,
    }
}

/// What executes the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePool {
    /// Nothing: a loop.
    Loop,
    /// `ThreadPoolExecutor`.
    Threads,
    /// `ProcessPoolExecutor`, with this start method.
    Processes(Option<StartMethod>),
    /// `InterpreterPoolExecutor`.
    Interpreters,
    /// An event loop.
    Asyncio,
}

/// What the code has to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe<'f> {
    /// The function, with its inputs.
    pub function: &'f Function,
    /// What executes the calls.
    pub pool: CodePool,
    /// The number of workers.
    pub workers: u32,
    /// How many inputs a process gets at a time.
    pub chunk: u64,
    /// The number of calls, if there are no inputs.
    pub calls: u64,
    /// Whether some calls raise exceptions.
    pub raises: bool,
}

impl Recipe<'_> {
    /// The program.
    pub fn code(&self) -> String {
        let mut code = self.imports();
        code += &self.helper();
        code += &self.main();
        let run = match self.pool {
            CodePool::Asyncio => "asyncio.run(main())",
            _ => "main()",
        };
        code + "\n\nif __name__ == \"__main__\":\n    " + run + "\n"
    }

    fn is_coroutine(&self) -> bool {
        self.function.is_coroutine
    }

    /// The name by which the function is called.
    fn name(&self) -> &str {
        self.function.name()
    }

    /// The name that is imported: of `Shop.price`, it is `Shop`.
    fn imported(&self) -> &str {
        let name = self.name();
        name.split_once('.').map_or(name, |(first, _)| first)
    }

    /// The module, and the folders in which it is found.
    fn module(&self) -> (String, Vec<String>) {
        let (place, _) = self
            .function
            .target
            .rsplit_once(':')
            .unwrap_or((&self.function.target, ""));
        let mut folders = self.function.paths.clone();
        let Some(stem) = place.strip_suffix(".py") else {
            return (place.into(), folders);
        };
        let (folder, stem) = stem.rsplit_once('/').unwrap_or(("", stem));
        if !matches!(folder, "" | ".") {
            folders.push(folder.into());
        }
        (stem.into(), folders)
    }

    fn imports(&self) -> String {
        let (module, folders) = self.module();
        let mut standard: Vec<String> = vec![];
        if self.is_asyncio() {
            standard.push("import asyncio".into());
        }
        if let Inputs::Values(_) = self.function.inputs {
            standard.push("import json".into());
        }
        if self.start_method().is_some() {
            standard.push("import multiprocessing".into());
        }
        if !is_name(&module) {
            standard.push("import importlib".into());
        }
        if !folders.is_empty() || self.pool == CodePool::Interpreters {
            standard.push("import sys".into());
        }
        if let Some(pool) = self.class() {
            standard.push(format!("from concurrent.futures import {pool}"));
        }
        let mut code = standard.join("\n");
        if !code.is_empty() {
            code += "\n\n";
        }
        // The last one that is inserted is the first one in which Python looks.
        for folder in folders.iter().rev() {
            let _ = writeln!(code, "sys.path.insert(0, {})", quoted(folder));
        }
        let mut names = vec![self.imported()];
        if let Inputs::Named(name) = &self.function.inputs
            && name != self.imported()
        {
            names.push(name);
        }
        if is_name(&module) {
            let _ = writeln!(code, "from {module} import {}\n", names.join(", "));
            return code;
        }
        let _ = writeln!(
            code,
            "module = importlib.import_module({})",
            quoted(&module)
        );
        for name in names {
            let _ = writeln!(code, "{name} = module.{name}");
        }
        code + "\n"
    }

    fn is_asyncio(&self) -> bool {
        self.is_coroutine() || self.pool == CodePool::Asyncio
    }

    fn start_method(&self) -> Option<StartMethod> {
        match self.pool {
            CodePool::Processes(method) => method,
            _ => None,
        }
    }

    fn class(&self) -> Option<&'static str> {
        match self.pool {
            CodePool::Threads => Some("ThreadPoolExecutor"),
            CodePool::Processes(_) => Some("ProcessPoolExecutor"),
            CodePool::Interpreters => Some("InterpreterPoolExecutor"),
            CodePool::Loop | CodePool::Asyncio => None,
        }
    }

    /// The function that workers call, if it is not the user's own: a coroutine needs an event loop, and exceptions are kept as
    /// results.
    fn helper(&self) -> String {
        if !self.has_helper() {
            return "\n".into();
        }
        let name = self.name();
        let arguments = self.arguments();
        let call = match self.is_coroutine() {
            true if self.pool == CodePool::Asyncio => format!("await {name}({})", self.passed()),
            true => format!("asyncio.run({name}({}))", self.passed()),
            false => format!("{name}({})", self.passed()),
        };
        let def = match self.pool {
            CodePool::Asyncio => "async def",
            _ => "def",
        };
        let body = match self.raises {
            true => format!(
                "    try:\n        return {call}\n    except Exception as error:  # some inputs raise one\n        return error\n"
            ),
            false => format!("    return {call}\n"),
        };
        format!("\n{def} call({arguments}):\n{body}\n\n")
    }

    fn has_helper(&self) -> bool {
        self.raises
            || (self.is_coroutine() && !matches!(self.pool, CodePool::Loop | CodePool::Asyncio))
    }

    fn has_inputs(&self) -> bool {
        self.function.inputs != Inputs::None
    }

    fn arguments(&self) -> &'static str {
        match (self.has_inputs(), self.function.star) {
            (false, _) => "",
            (true, true) => "*item",
            (true, false) => "item",
        }
    }

    /// What is written between the parentheses of a call.
    fn passed(&self) -> &'static str {
        self.arguments()
    }

    /// What is called for each input.
    fn callee(&self) -> &str {
        if self.has_helper() {
            "call"
        } else {
            self.name()
        }
    }

    fn main(&self) -> String {
        let def = match self.pool {
            CodePool::Asyncio => "async def main():",
            _ => "def main():",
        };
        let mut code = format!("{def}\n");
        for line in self.inputs() {
            let _ = writeln!(code, "    {line}");
        }
        for line in self.calls() {
            let _ = writeln!(code, "    {line}");
        }
        code + "    print(len(results), \"results\")\n"
    }

    fn inputs(&self) -> Vec<String> {
        match &self.function.inputs {
            Inputs::None => vec![],
            Inputs::Lines(file) => vec![
                format!("with open({}, encoding=\"utf-8\") as lines:", quoted(file)),
                "    inputs = [line.rstrip(\"\\n\") for line in lines if line != \"\\n\"]".into(),
            ],
            Inputs::Values(file) if file.ends_with(".jsonl") => vec![
                format!("with open({}, encoding=\"utf-8\") as lines:", quoted(file)),
                "    inputs = [json.loads(line) for line in lines if line.strip()]".into(),
            ],
            Inputs::Values(file) => vec![
                format!("with open({}, encoding=\"utf-8\") as file:", quoted(file)),
                "    inputs = json.load(file)".into(),
            ],
            Inputs::Named(name) => {
                vec![format!(
                    "inputs = list({name}() if callable({name}) else {name})"
                )]
            }
            Inputs::Range { from: 0, to } => vec![format!("inputs = range({to})")],
            Inputs::Range { from, to } => vec![format!("inputs = range({from}, {to})")],
        }
    }

    fn calls(&self) -> Vec<String> {
        match self.pool {
            CodePool::Loop => self.in_a_loop(),
            CodePool::Asyncio => self.in_an_event_loop(),
            _ => self.in_a_pool(),
        }
    }

    fn in_a_loop(&self) -> Vec<String> {
        let (callee, passed, each) = (self.callee(), self.passed(), self.each());
        if self.is_coroutine() && !self.raises {
            return vec![
                "async def every():".into(),
                format!("    return [await {callee}({passed}) {each}]"),
                "results = asyncio.run(every())".into(),
            ];
        }
        vec![format!("results = [{callee}({passed}) {each}]")]
    }

    fn each(&self) -> String {
        match self.has_inputs() {
            true => "for item in inputs".into(),
            false => format!("for _ in range({})", self.calls),
        }
    }

    fn in_an_event_loop(&self) -> Vec<String> {
        let (callee, passed, each) = (self.callee(), self.passed(), self.each());
        let arguments = self.arguments();
        let limited = match self.function.star && self.has_inputs() {
            true => "limited(*item)".into(),
            false => format!("limited({passed})"),
        };
        vec![
            format!("at_once = asyncio.Semaphore({})", self.workers),
            String::new(),
            format!("async def limited({arguments}):"),
            "    async with at_once:".into(),
            format!("        return await {callee}({passed})"),
            String::new(),
            format!("results = await asyncio.gather(*[{limited} {each}])"),
        ]
    }

    fn in_a_pool(&self) -> Vec<String> {
        let class = self.class().unwrap_or_default();
        let workers = self.workers;
        let more = match (self.start_method(), self.pool) {
            (Some(_), _) => ", mp_context=context".into(),
            (None, CodePool::Interpreters) => ", initializer=exec, initargs=(paths,)".into(),
            _ => String::new(),
        };
        let callee = self.callee();
        let chunk = match self.pool {
            CodePool::Processes(_) if self.chunk > 1 => format!(", chunksize={}", self.chunk),
            _ => String::new(),
        };
        let mut lines = vec![];
        if let Some(method) = self.start_method() {
            let name = method.name();
            lines.push(format!("context = multiprocessing.get_context(\"{name}\")"));
        }
        if self.pool == CodePool::Interpreters {
            lines.push(
                "# a new interpreter does not know where this program looks for modules".into(),
            );
            lines.push("paths = f\"import sys; sys.path[:] = {sys.path}\"".into());
        }
        lines.push(format!(
            "with {class}(max_workers={workers}{more}) as pool:"
        ));
        lines.extend(match (self.has_inputs(), self.function.star) {
            (false, _) => vec![
                format!(
                    "    futures = [pool.submit({callee}) for _ in range({})]",
                    self.calls
                ),
                "    results = [future.result() for future in futures]".into(),
            ],
            (true, true) => vec![format!(
                "    results = list(pool.map({callee}, *zip(*inputs){chunk}))"
            )],
            (true, false) => vec![format!(
                "    results = list(pool.map({callee}, inputs{chunk}))"
            )],
        });
        lines
    }
}

/// Whether a module can be named in an import statement.
fn is_name(module: &str) -> bool {
    let is_part = |part: &str| {
        let is_first = |c: char| c.is_alphabetic() || c == '_';
        part.starts_with(is_first) && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    module.split('.').all(is_part)
}

/// A text as a literal of Python.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(literal, "\\U{:08x}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(function: &Function, pool: CodePool, workers: u32) -> String {
        Recipe {
            function,
            pool,
            workers,
            chunk: 1,
            calls: 8,
            raises: false,
        }
        .code()
    }

    #[test]
    fn threads_are_a_complete_program() {
        let function = Function {
            is_coroutine: false,
            ..Function::unseen("fetch.py:fetch".into(), Inputs::Lines("urls.txt".into()))
        };
        let expected = r#"from concurrent.futures import ThreadPoolExecutor

from fetch import fetch


def main():
    with open("urls.txt", encoding="utf-8") as lines:
        inputs = [line.rstrip("\n") for line in lines if line != "\n"]
    with ThreadPoolExecutor(max_workers=12) as pool:
        results = list(pool.map(fetch, inputs))
    print(len(results), "results")


if __name__ == "__main__":
    main()
"#;
        assert_eq!(code(&function, CodePool::Threads, 12), expected);
    }
}
