//! `subgov-sign`: the signing command alone, for machines without a network. There is no network code in it.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use serde_json::{Value, json};
use signing::command::{Failure, Outcome, SignArgs, run};

/// The arguments of `subgov sign`, and how to answer.
#[derive(Debug, Parser)]
#[command(name = "subgov-sign", version, arg_required_else_help = true, about = SUMMARY)]
struct Args {
    /// Print one JSON envelope {schema, ok, data, errors, warnings} on stdout and nothing else.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sign: SignArgs,
}

const SUMMARY: &str =
    "Shows what a prepared message does, and signs it. There is no network code in this program.";

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if error.use_stderr() && std::env::args_os().any(|word| word == "--json") => {
            return usage(&error);
        }
        Err(error) => error.exit(),
    };
    let outcome = run(&args.sign, args.json, &|text| {
        // A reader who went away has not agreed to anything either.
        let _ = io::stderr().write_all(text.as_bytes());
    });
    let status = outcome.as_ref().err().map_or(0, |failure| failure.status);
    match print(&outcome, args.json) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(status.max(3)),
        _ => ExitCode::from(status),
    }
}

/// A wrong command line in the envelope; without --json clap says it in its own words.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let why = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let failure = Failure {
        code: "usage",
        status: 2,
        what: "the command line is not understood".to_owned(),
        why: if why.is_empty() { "a file is missing".to_owned() } else { why },
        hint: "run it with --help".to_owned(),
        source: None,
        review: None,
    };
    let _ = print(&Err(failure), true);
    ExitCode::from(2)
}

fn print(outcome: &Result<Outcome, Failure>, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{:#}", envelope(outcome))?;
        return out.flush();
    }
    match outcome {
        Ok(outcome) => {
            out.write_all(outcome.text.as_bytes())?;
            out.flush()
        }
        Err(Failure { code, what, why, hint, .. }) => {
            let causes: String = causes(outcome).iter().map(|cause| format!("        {cause}\n")).collect();
            write!(io::stderr(), "error[{code}]: {what}\n  why:  {why}\n{causes}  next: {hint}\n")
        }
    }
}

fn envelope(outcome: &Result<Outcome, Failure>) -> Value {
    let (data, errors, warnings) = match outcome {
        Ok(outcome) => (outcome.data.clone(), Vec::new(), outcome.warnings.clone()),
        Err(failure) => {
            let Failure { code, status, what, why, hint, review, .. } = failure;
            let causes = causes(outcome);
            let error = json!({
                "code": code, "status": status, "what": what, "why": why, "hint": hint, "causes": causes,
            });
            (
                review.clone().map_or(Value::Null, |review| json!({ "review": review })),
                vec![error],
                Vec::new(),
            )
        }
    };
    json!({ "schema": "subgov/1", "ok": errors.is_empty(), "data": data, "errors": errors, "warnings": warnings })
}

/// The errors underneath, outermost first.
fn causes(outcome: &Result<Outcome, Failure>) -> Vec<String> {
    let mut causes = Vec::new();
    let source = outcome.as_ref().err().and_then(|failure| failure.source.as_ref());
    let mut next = source.and_then(std::error::Error::source);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}
