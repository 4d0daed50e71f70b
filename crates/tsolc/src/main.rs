//! The command `tsolc`: takes the options of `sold` 0.77, so that tools which call `sold` can be pointed at it.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, ValueEnum};
use tsolc::{AbiVersion, Artifact, Compilation, DiskLoader, Settings, explain, project, render};

/// TON Solidity compiler.
///
/// Writes NAME.abi.json and NAME.tvc. Exit status: 0 compiled, 1 the sources have errors, 2 usage.
#[derive(Parser)]
#[command(name = "tsolc", version)]
struct Args {
    /// Source file
    #[arg(required_unless_present_any = ["explain", "project"])]
    file: Option<PathBuf>,
    /// Build every contract of a directory, with manifest.json
    #[arg(long, value_name = "DIR", conflicts_with_all = ["file", "contract", "base_path"])]
    project: Option<PathBuf>,
    /// Contract to build, if the file has several deployable ones
    #[arg(short, long, value_name = "NAME")]
    contract: Option<String>,
    /// Output directory
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output_dir: PathBuf,
    /// Prefix of output file names instead of the contract's name
    #[arg(short = 'p', long, value_name = "PREFIX")]
    output_prefix: Option<String>,
    /// Root of the source tree
    #[arg(long, value_name = "PATH")]
    base_path: Option<PathBuf>,
    /// Further directory for imports; needs --base-path
    #[arg(short, long, value_name = "PATH", requires = "base_path")]
    include_path: Vec<PathBuf>,
    /// Write the ABI only
    #[arg(long)]
    abi_json: bool,
    /// Print signature and id of every function instead of writing files
    #[arg(long)]
    function_ids: bool,
    /// Also write NAME.code, the assembly with source lines
    #[arg(long)]
    asm: bool,
    /// Also write the source map: NAME.map.json, and NAME.debug.json in the official compiler's form
    #[arg(long)]
    debug: bool,
    /// Version of the ABI: 2.2 signs messages without the address, for clients with an older published ABI
    #[arg(long, value_name = "VERSION", default_value = "2.3", value_parser = parse_abi_version)]
    abi_version: AbiVersion,
    /// Machine to build for; `ever` avoids what the machine of Everscale, and with it the official SDK, does not know
    #[arg(long, value_name = "VERSION", default_value = "ton")]
    tvm_version: TvmVersion,
    /// Form of diagnostics
    #[arg(long, value_name = "FORM", default_value = "human")]
    error_format: ErrorFormat,
    /// Explain a diagnostic code and exit
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum TvmVersion {
    Ton,
    Ever,
}

impl From<TvmVersion> for tsolc::TvmVersion {
    fn from(version: TvmVersion) -> Self {
        match version {
            TvmVersion::Ton => Self::Ton,
            TvmVersion::Ever => Self::Ever,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ErrorFormat {
    Human,
    Json,
}

fn parse_abi_version(text: &str) -> Result<AbiVersion, String> {
    [AbiVersion::V2_2, AbiVersion::V2_3]
        .into_iter()
        .find(|version| version.as_str() == text)
        .ok_or_else(|| "tsolc writes 2.2 and 2.3".to_owned())
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(code) = &args.explain {
        return explain_code(code);
    }
    if let Some(directory) = &args.project {
        return build_project(directory, &args.output_dir);
    }
    let file = args.file.as_deref().context("no source file is given; name one, or see --help")?;
    if !args.output_dir.is_dir() {
        bail!(
            "the output directory {} does not exist; create it, or choose another with -o",
            args.output_dir.display()
        );
    }
    if args.output_prefix.as_deref().is_some_and(|prefix| prefix.contains(std::path::is_separator)) {
        bail!("--output-prefix names files, not directories; use -o for the directory");
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let loader = DiskLoader::new(args.base_path.clone().unwrap_or_default(), args.include_path.clone());
    let settings = Settings { abi_version: args.abi_version, tvm_version: args.tvm_version.into() };
    let compilation = tsolc::compile(&loader.name_of(file), &text, &loader, &settings);
    report(&compilation, args.error_format)?;
    let Ok(artifacts) = &compilation.artifacts else { return Ok(ExitCode::FAILURE) };
    let artifact = choose(artifacts, args.contract.as_deref(), file)?;
    if args.function_ids {
        print_function_ids(artifact)?;
    } else {
        write(artifact, args)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn explain_code(code: &str) -> anyhow::Result<ExitCode> {
    let info = explain::find(code)
        .with_context(|| format!("there is no diagnostic {code}; codes look like E0101"))?;
    print(&format!("{}: {}\n\n{}\n", info.code, info.summary, info.explanation))?;
    Ok(ExitCode::SUCCESS)
}

fn build_project(directory: &Path, output: &Path) -> anyhow::Result<ExitCode> {
    match project::build(directory, "") {
        Ok(built) => {
            eprint!("{}", built.warnings);
            project::write(&built, output)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(project::Error::Sources { text, .. }) => {
            eprint!("{text}");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes to stdout; a reader that has gone away is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn report(compilation: &Compilation, format: ErrorFormat) -> anyhow::Result<()> {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = std::io::stderr().lock();
    for diagnostic in &compilation.diagnostics {
        match format {
            ErrorFormat::Human => {
                writeln!(out, "{}", render::text(diagnostic, &compilation.sources, colour))?
            }
            ErrorFormat::Json => writeln!(out, "{}", render::json(diagnostic, &compilation.sources))?,
        }
    }
    Ok(())
}

fn choose<'a>(artifacts: &'a [Artifact], name: Option<&str>, file: &Path) -> anyhow::Result<&'a Artifact> {
    let names = || artifacts.iter().map(|artifact| artifact.name.as_str()).collect::<Vec<_>>().join(", ");
    match (name, artifacts) {
        (Some(name), _) => artifacts.iter().find(|artifact| artifact.name == name).with_context(|| {
            format!("{} has no deployable contract {name}; it has: {}", file.display(), names())
        }),
        (None, [only]) => Ok(only),
        (None, []) => bail!("{} has no deployable contract: nothing to write", file.display()),
        (None, _) => {
            bail!("{} has several deployable contracts; choose one with -c: {}", file.display(), names())
        }
    }
}

fn print_function_ids(artifact: &Artifact) -> anyhow::Result<()> {
    let ids: serde_json::Map<_, _> = artifact
        .function_ids
        .iter()
        .map(|function| (function.signature.clone(), format!("0x{:08x}", function.id).into()))
        .collect();
    print(&format!("{}\n", serde_json::to_string_pretty(&ids)?))
}

fn write(artifact: &Artifact, args: &Args) -> anyhow::Result<()> {
    let prefix = args.output_prefix.as_deref().unwrap_or(&artifact.name);
    let put = |extension: &str, bytes: &[u8]| {
        let path = args.output_dir.join(format!("{prefix}.{extension}"));
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    put("abi.json", artifact.abi.as_bytes())?;
    if args.abi_json {
        return Ok(());
    }
    put("tvc", &artifact.tvc)?;
    if args.asm {
        put("code", artifact.listing.as_bytes())?;
    }
    if args.debug {
        put("map.json", artifact.map.as_bytes())?;
        put("debug.json", artifact.debug.as_bytes())?;
    }
    Ok(())
}
