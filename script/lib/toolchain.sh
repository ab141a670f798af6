# Sourced. Puts a Rust and a Node that are new enough on PATH, wherever they are. Installs nothing: script/bootstrap does.
# shellcheck shell=bash

# One place says which Rust is wanted: `rust-version` in Cargo.toml, read from the folder of the project.
wanted_rust=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
sidetone_cache="${XDG_CACHE_HOME:-$HOME/.cache}/sidetone"
node_wheel_version=24.19.0
node_home="$sidetone_cache/node-$node_wheel_version"
# Where script/bootstrap puts the checking programs that it compiles.
# shellcheck disable=SC2034
cargo_tools="$sidetone_cache/cargo-tools"

# at_least VERSION WANTED
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# Whether the cargo and rustc found first in PATH $1 are new enough.
rust_is_new_enough() {
  local program version
  for program in rustc cargo; do
    version=$(PATH=$1 "$program" --version 2>/dev/null | cut -d ' ' -f 2) || return 1
    at_least "${version:-0}" "$wanted_rust" || return 1
  done
}

use_rust() {
  local folder
  # What the user chose; rustup's; the system's behind an older one of rustup's; Ubuntu's packages that carry a version.
  for folder in "" "$HOME/.cargo/bin:" /usr/bin: $(printf '%s:\n' /usr/lib/rust-*/bin | sort -rV); do
    rust_is_new_enough "$folder$PATH" || continue
    PATH=$folder$PATH
    return 0
  done
  # rustup, with an older toolchain as its default.
  if RUSTUP_TOOLCHAIN=stable rust_is_new_enough "$HOME/.cargo/bin:$PATH"; then
    PATH="$HOME/.cargo/bin:$PATH"
    export RUSTUP_TOOLCHAIN=stable
    return 0
  fi
  return 1
}

# Where `cargo build` leaves programs. (`cargo run -p` would compile again what was built together with other packages,
# because features are settled for the packages that are named.)
built_programs() {
  cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1\/debug/p'
}

# Vite 8 wants Node 20.19 or newer of the 20s, or 22.12 and newer.
node_is_new_enough() {
  local version
  version=$(PATH=$1 node --version 2>/dev/null) || return 1
  version=${version#v}
  { at_least "$version" 22.12 || { at_least "$version" 20.19 && ! at_least "$version" 21; }; } &&
    PATH=$1 npm --version >/dev/null 2>&1
}

use_node() {
  local folder
  for folder in "" "$node_home/bin:"; do
    node_is_new_enough "$folder$PATH" || continue
    PATH=$folder$PATH
    return 0
  done
  return 1
}
