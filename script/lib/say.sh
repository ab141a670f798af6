# Sourced. How the scripts speak: to standard error, one line for each thing they do.
# shellcheck shell=bash

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# took SECONDS: "4 s" or "3 min 20 s".
took() {
  local seconds=$1
  if ((seconds < 60)); then printf '%d s' "$seconds"; else printf '%d min %d s' $((seconds / 60)) $((seconds % 60)); fi
}

# The comment at the top of the script.
usage() { sed -n '2,/^set /{/^set /d;/^# shellcheck/d;s/^# \{0,1\}//p}' "$0"; }
