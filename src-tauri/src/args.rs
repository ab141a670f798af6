//! The command line of `sidetone`.
//!
//! Not here: what the options lead to ([`crate::compose`]), and the configuration file.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::dialling::{Source, is_link};

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
    /// A `tel:`, `callto:` or `sidetone:` link, as the system hands it over
    #[arg(value_name = "LINK", value_parser = a_link)]
    pub link: Option<String>,
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
    /// Have a number ready to dial in the companion that runs; it is started if none does
    Dial {
        /// The number, a link, or a text with a number in it
        #[arg(required_unless_present = "selection", conflicts_with = "selection")]
        number: Option<String>,
        /// Take the number from what is selected, else from what was copied
        #[arg(long)]
        selection: bool,
    },
}

/// What is wanted dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dial {
    /// This text.
    Text(String),
    /// Whatever stands there.
    From(Source),
}

fn a_link(text: &str) -> Result<String, String> {
    if is_link(text) {
        Ok(text.to_owned())
    } else {
        Err("this is neither a command nor a tel: link".to_owned())
    }
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

    /// What is wanted dialled, if anything is.
    pub fn dial(&self) -> Option<Dial> {
        match (&self.command, &self.link) {
            (Some(Command::Dial { selection: true, .. }), _) => Some(Dial::From(Source::Selection)),
            (Some(Command::Dial { number, .. }), _) => number.clone().map(Dial::Text),
            (_, link) => link.clone().map(Dial::Text),
        }
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
    fn what_is_to_be_dialled_is_a_number_a_selection_or_a_link() {
        let text = |number: &str| Some(Dial::Text(number.into()));
        for (line, wanted) in [
            (&["dial", "+34 666 444 555"][..], text("+34 666 444 555")),
            (&["dial", "--selection"], Some(Dial::From(Source::Selection))),
            (&["tel:+34666444555"], text("tel:+34666444555")),
            (&["--warm", "sidetone://dial/112"], text("sidetone://dial/112")),
            (&["--data-dir", "/x", "dial", "112"], text("112")),
            (&["demo"], None),
            (&[], None),
        ] {
            let args = Args::try_parse_from(["sidetone"].iter().chain(line)).unwrap();
            assert_eq!(args.dial(), wanted, "{line:?}");
        }
        for line in [&["dial"][..], &["dial", "112", "--selection"], &["demoo"], &["https://example.com"]] {
            let refusal = Args::try_parse_from(["sidetone"].iter().chain(line)).unwrap_err();
            assert_eq!(refusal.exit_code(), 2, "{line:?}");
        }
    }

    #[test]
    fn an_unknown_helpdesk_is_a_usage_error() {
        let refusal = Args::try_parse_from(["sidetone", "demo", "--helpdesk", "abacus"]).unwrap_err();
        assert_eq!(refusal.exit_code(), 2);
    }
}
