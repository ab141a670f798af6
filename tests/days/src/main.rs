//! `sidetone-chaos`: lives the days of many seeds, quiet and troubled, and says which do not end alike.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a program of the command line

use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use clap::Parser;
use sidetone_days::chaos::{self, Verdict};
use sidetone_days::day::Desk;
use sidetone_days::steps;
use sidetone_days::stores::Stores;

/// Virtual days with everything that can go wrong, each beside its quiet twin.
#[derive(Parser)]
struct Arguments {
    /// One seed.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Seeds from A to B, B included.
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "1..200")]
    seeds: RangeInclusive<u64>,
    /// The helpdesk: gorgias, or front.
    #[arg(long, default_value = "gorgias")]
    helpdesk: Desk,
    /// What the days are kept in: sqlite, or postgres (the server that SIDETONE_TEST_POSTGRES names).
    #[arg(long, default_value = "sqlite")]
    store: Stores,
    /// How many days are lived at a time.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Kills the program at every step of a few short days, instead of living the days of seeds.
    #[arg(long, conflicts_with_all = ["seed", "seeds"])]
    every_step: bool,
    /// With --every-step: only in this one of the days.
    #[arg(long, requires = "every_step")]
    walk: Option<String>,
    /// With --walk: only at this step.
    #[arg(long, requires = "walk")]
    step: Option<u64>,
    /// Leaves out of a failed day the troubles that do not matter for the failure; takes a while.
    #[arg(long)]
    shrink: bool,
    /// Prints what happened, and what the troubled day left, line by line.
    #[arg(long)]
    verbose: bool,
}

fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let wrong = || format!("\"{text}\" is no range of seeds; write it like 1..200");
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    match (from.parse(), to.trim_start_matches('=').parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok(from..=to),
        _ => Err(wrong()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.every_step {
        return at_every_step(&arguments);
    }
    let seeds = arguments.seed.map_or(arguments.seeds.clone(), |seed| seed..=seed);
    let begun = Instant::now();
    let failed = live_all(&seeds, &arguments);
    let count = seeds.end() - seeds.start() + 1;
    println!(
        "{} passed, {} failed: {} days on {} in {:.1} s",
        count - failed.len() as u64,
        failed.len(),
        arguments.helpdesk,
        arguments.store,
        begun.elapsed().as_secs_f64()
    );
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("failed seeds: {failed:?}");
    ExitCode::FAILURE
}

fn at_every_step(arguments: &Arguments) -> ExitCode {
    let begun = Instant::now();
    let stores = &arguments.store;
    let (mut tried, mut failed) = (0, 0);
    for walk in steps::walks(arguments.helpdesk) {
        if arguments.walk.as_ref().is_some_and(|wanted| wanted != walk.name) {
            continue;
        }
        let quiet = walk.quiet(stores);
        let (kinds, faults) = walk.steps(&quiet);
        let mut tell = |step: Option<u64>, faults: Vec<String>, story: Vec<String>| {
            tried += 1;
            if arguments.verbose {
                println!("{}", story.join("\n"));
            }
            if !faults.is_empty() {
                failed += 1;
                let at = step.map(|step| format!(" --step {step}")).unwrap_or_default();
                println!(
                    "{}\nagain: script/chaos --every-step --walk {}{at} --helpdesk {} --store {stores}\n",
                    faults.join("\n"),
                    walk.name,
                    arguments.helpdesk
                );
            }
        };
        tell(None, faults, Vec::new());
        for (index, kind) in kinds.iter().enumerate() {
            let step = index as u64 + 1;
            if arguments.step.is_none_or(|wanted| wanted == step) {
                let (faults, story) = walk.killed_at(step, &quiet);
                if !faults.is_empty() {
                    println!("{}, killed at step {step} of {}, where {kind}:", walk.name, kinds.len());
                }
                tell(Some(step), faults, story);
            }
        }
        eprintln!("{}: {} steps", walk.name, kinds.len());
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{} passed, {failed} failed: kills at every step with {} on {stores} in {seconds:.1} s",
        tried - failed,
        arguments.helpdesk
    );
    if failed == 0 && tried > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Lives the days of all seeds; those that failed.
fn live_all(seeds: &RangeInclusive<u64>, arguments: &Arguments) -> Vec<u64> {
    let next = AtomicU64::new(*seeds.start());
    let done = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    let count = seeds.end() - seeds.start() + 1;
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|s| s <= seeds.end())
                {
                    // A step of a day that fails says so itself; the other days are lived all the same.
                    let verdict = std::panic::catch_unwind(|| find_out(seed, arguments)).ok();
                    let done = done.fetch_add(1, Ordering::SeqCst) + 1;
                    match &verdict {
                        Some(verdict) => tell(verdict, arguments.verbose, done, count),
                        None => println!(
                            "seed {seed}: a step fails\nagain: script/chaos --seed {seed} --helpdesk {} --store {}\n",
                            arguments.helpdesk, arguments.store
                        ),
                    }
                    if !verdict.is_some_and(|verdict| verdict.is_equal())
                        && let Ok(mut failed) = failed.lock()
                    {
                        failed.push(seed);
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap_or_default();
    failed.sort_unstable();
    failed
}

fn find_out(seed: u64, arguments: &Arguments) -> Verdict {
    let verdict = chaos::run(seed, arguments.helpdesk, &arguments.store);
    match arguments.shrink && !verdict.is_equal() {
        true => chaos::shrink(seed, arguments.helpdesk, verdict.troubles, &arguments.store),
        false => verdict,
    }
}

fn tell(verdict: &Verdict, verbose: bool, done: usize, count: u64) {
    if verbose {
        println!("{}\n\nleft in the helpdesk:", verdict.story.join("\n"));
        let facts: Vec<String> = verdict.records.facts().iter().map(ToString::to_string).collect();
        println!("{}\n", facts.join("\n"));
    }
    if !verdict.is_equal() {
        println!("{}", verdict.report());
    }
    let (calls, tickets) = verdict.size;
    let line = format!(
        "{done} of {count}: seed {}, {calls} calls, {tickets} tickets, {} troubles, {} ms",
        verdict.seed,
        verdict.troubles.len(),
        verdict.took.as_millis()
    );
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{line}");
        if done as u64 == count {
            eprintln!();
        }
    } else if verbose || done.is_multiple_of(20) || done as u64 == count {
        eprintln!("{line}");
    }
}
