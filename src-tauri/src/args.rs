//! The command line of `sidetone`.
//!
//! Not here: what the options lead to ([`crate::compose`]), and the configuration file.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// The companion for the Aircall softphone: who is calling, and a complete record in the helpdesk.
#[derive(Clone, Debug, Parser)]
#[command(name = "sidetone", version)]
pub struct Args {
    /// Where the database and the state are kept [default: the system's folder for application data]
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// The configuration file
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Keep the closed window in memory, so that the next call shows at once
    #[arg(long, global = true)]
    pub warm: bool,
    /// Without one: the companion itself.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to run instead of the companion.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run against invented calls and an invented helpdesk; nothing leaves this computer
    Demo {
        /// Which helpdesk to imitate
        #[arg(long, value_enum, default_value = "gorgias")]
        helpdesk: Helpdesk,
    },
}

/// A helpdesk that the demo can imitate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Helpdesk {
    /// Gorgias.
    Gorgias,
    /// Front.
    Front,
}

impl Args {
    /// Whether this is the demo.
    pub fn is_demo(&self) -> bool {
        matches!(self.command, Some(Command::Demo { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn the_demo_takes_the_common_options_on_either_side() {
        for line in [["sidetone", "--warm", "demo"], ["sidetone", "demo", "--warm"]] {
            let args = Args::try_parse_from(line).unwrap();
            assert!(args.is_demo() && args.warm, "{line:?}");
        }
    }

    #[test]
    fn the_demo_imitates_gorgias_unless_front_is_wanted() {
        for (more, wanted) in [(&[][..], Helpdesk::Gorgias), (&["--helpdesk", "front"], Helpdesk::Front)] {
            let args = Args::try_parse_from(["sidetone", "demo"].iter().chain(more)).unwrap();
            assert!(
                matches!(args.command, Some(Command::Demo { helpdesk }) if helpdesk == wanted),
                "{more:?}"
            );
        }
    }

    #[test]
    fn an_unknown_helpdesk_is_a_usage_error() {
        let refusal = Args::try_parse_from(["sidetone", "demo", "--helpdesk", "abacus"]).unwrap_err();
        assert_eq!(refusal.exit_code(), 2);
    }
}
