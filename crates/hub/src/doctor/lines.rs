//! The lines that are selected, and who works on them.

use std::collections::BTreeSet;

use aircall::{Number, User};
use sidetone_engine::directory::People;
use sidetone_engine::settings::{Mode, Recordings};

use super::check::{Check, Deed, fault, hint, named, passed, some_of};
use super::company::Company;
use super::patient::Patient;
use super::{Saying, counted, said};

pub(super) fn checks(patient: &Patient, company: &Company) -> Vec<Check> {
    let mut checks = vec![selection(patient, company)];
    checks.extend(menus(patient, company));
    checks.extend(staff(company));
    checks.extend(recording(patient, company));
    checks.extend(time_zone(patient, company));
    checks.extend(language(patient, company));
    checks.extend(online(company));
    checks
}

fn selection(patient: &Patient, company: &Company) -> Check {
    let wanted = &patient.config.settings.lines;
    let exists = |id: &u64| company.lines.items.iter().any(|line| line.id == *id);
    let (there, missing): (BTreeSet<u64>, BTreeSet<u64>) = wanted.iter().partition(|id| exists(id));
    if wanted.is_empty() {
        return fault("lines", said!(no_line_selected), said!(no_line_selected_mend));
    }
    // Of a list that was not read to its end, nothing is surely missing.
    if missing.is_empty() || !company.lines.is_whole {
        return passed("lines", format!("{} selected lines exist", wanted.len()))
            .with_value(counted!(lines_count, wanted.len()));
    }
    let ids: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let check = fault("lines", said!(line_gone, ids = some_of(&ids)), said!(line_gone_mend));
    if there.is_empty() {
        check
    } else {
        check.with_remedy("leave_missing_lines_out", Deed::SelectLines(there))
    }
}

fn menus(patient: &Patient, company: &Company) -> Option<Check> {
    let wanted = &patient.config.settings.lines;
    let menus: Vec<&Number> = company.selected(patient).filter(|line| line.is_ivr == Some(true)).collect();
    if menus.is_empty() || menus.len() >= wanted.len() {
        let none = passed("menu_lines", "No selected line is a menu in front of another one");
        return (!wanted.is_empty()).then(|| none.with_value(said!(value_none)));
    }
    let names: Vec<String> = menus.iter().map(|line| called(line)).collect();
    let rest = wanted.iter().filter(|id| menus.iter().all(|menu| menu.id != **id)).copied().collect();
    let check = hint("menu_lines", said!(menu_chosen, names = some_of(&names)), said!(menu_chosen_mend));
    Some(check.with_remedy("leave_menu_out", Deed::SelectLines(rest)))
}

fn staff(company: &Company) -> Option<Check> {
    if company.staffed.is_empty() {
        return None;
    }
    let empty: Vec<String> =
        company.staffed.iter().filter(|line| line.users.is_empty()).map(called).collect();
    Some(if empty.is_empty() {
        passed("line_users", "Somebody is on each selected line")
            .with_value(counted!(value_lines_looked_at, company.staffed.len()))
    } else {
        hint("line_users", said!(nobody_on_line, names = some_of(&empty)), said!(nobody_on_line_mend))
    })
}

fn recording(patient: &Patient, company: &Company) -> Option<Check> {
    if patient.config.settings.logging.recordings == Recordings::None {
        return Some(passed("recording", "Recordings are not wanted").with_value(said!(value_not_wanted)));
    }
    let off: Vec<String> =
        company.selected(patient).filter(|line| line.is_recorded == Some(false)).map(called).collect();
    let on = company.selected(patient).filter(|line| line.is_recorded == Some(true)).count();
    if off.is_empty() {
        let on = counted!(lines_count, on);
        return Some(passed("recording", "No selected line has its recording switched off").with_value(on));
    }
    Some(hint("recording", said!(not_recorded, names = some_of(&off)), said!(not_recorded_mend)))
}

fn time_zone(patient: &Patient, company: &Company) -> Option<Check> {
    let zones: BTreeSet<&str> =
        company.selected(patient).filter_map(|line| line.time_zone.as_deref()).collect();
    let Some(zone) = patient.config.settings.time_zone else {
        let unknown: Vec<String> = company
            .selected(patient)
            .filter(|line| {
                line.time_zone.as_deref().is_none_or(|zone| zone.parse::<chrono_tz::Tz>().is_err())
            })
            .map(called)
            .collect();
        if unknown.is_empty() {
            let value: Saying = if zones.is_empty() {
                said!(value_none)
            } else {
                zones.into_iter().collect::<Vec<_>>().join(", ").into()
            };
            return Some(passed("time_zone", "Times are written in each line's own zone").with_value(value));
        }
        return Some(hint(
            "time_zone",
            said!(zone_unknown, names = some_of(&unknown)),
            said!(zone_unknown_mend),
        ));
    };
    if zones.is_empty() || zones.contains(zone.name()) {
        return Some(passed("time_zone", format!("Times are written in {zone}")).with_value(zone.name()));
    }
    Some(hint(
        "time_zone",
        said!(zone_elsewhere, zone = zone, zones = zones.into_iter().collect::<Vec<_>>().join(", ")),
        said!(zone_elsewhere_mend),
    ))
}

fn language(patient: &Patient, company: &Company) -> Option<Check> {
    let written = patient.config.settings.logging.language.code();
    let users = &company.users.as_ref().ok()?.items;
    let spoken: BTreeSet<String> = users.iter().filter_map(language_of).collect();
    if spoken.is_empty() || spoken.contains(written) {
        return Some(passed("language", format!("Notes are written in \"{written}\"")).with_value(written));
    }
    let spoken: Vec<String> = spoken.into_iter().collect();
    Some(hint(
        "language",
        said!(language_foreign, written = written, spoken = some_of(&spoken)),
        said!(language_foreign_mend),
    ))
}

/// `fr-FR` → `fr`.
fn language_of(user: &User) -> Option<String> {
    let tag = user.language.as_deref()?;
    Some(tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase())
}

fn online(company: &Company) -> Option<Check> {
    let (online, all) = company.online()?;
    Some(if online == 0 {
        hint("agents_online", said!(nobody_online, n = all), said!(nobody_online_mend))
    } else {
        passed("agents_online", "Somebody is online in Aircall").with_value(said!(
            n_of_m,
            n = online,
            m = all
        ))
    })
}

/// Each Aircall user's counterpart in the helpdesk. `lost`: what becomes of those who have none, and what to do.
pub(super) fn emails(
    company: &Company,
    people: &People,
    counterpart: &str,
    helpdesk: &str,
    lost: Saying,
) -> Check {
    let users = match &company.users {
        Ok(users) => users,
        Err(unread) => {
            let what = said!(lists_no_users, vendor = "Aircall", text = unread.text());
            return fault("agents", what, said!(users_unread_mend));
        }
    };
    let is_nobodys = |user: &&User| user.email.as_deref().and_then(|email| people.by_email(email)).is_none();
    let without: Vec<String> = users.items.iter().filter(is_nobodys).map(who).collect();
    let value = said!(n_of_m, n = users.items.len() - without.len(), m = users.items.len());
    if without.is_empty() {
        let what = format!("Every Aircall user has an active {counterpart} with the same e-mail");
        return passed("agents", what).with_value(value);
    }
    hint("agents", said!(no_counterpart, helpdesk = helpdesk, names = some_of(&without)), lost)
        .with_value(value)
}

fn called(line: &Number) -> String {
    line.name.as_deref().map_or_else(|| format!("line {}", line.id), named)
}

fn who(user: &User) -> String {
    let name = user.name.as_deref().or(user.email.as_deref());
    name.map_or_else(|| format!("user {}", user.id), named)
}

/// Whether anything shall be written.
pub(super) fn writes(patient: &Patient) -> bool {
    patient.mode() == Mode::Live
}
