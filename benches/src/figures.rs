//! Medians and percentiles.

use std::time::Duration;

/// The value below which `share` of all lie (nearest rank); the default of the type for none.
pub(crate) fn percentile<T: PartialOrd + Copy + Default>(values: &[T], share: f64) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle value.
pub(crate) fn median<T: PartialOrd + Copy + Default>(values: &[T]) -> T {
    percentile(values, 0.5)
}

/// `3.42 ms`
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

/// `41.3 MB`
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// `× 0.82`
pub(crate) fn times(value: f64, of: f64) -> String {
    if of > 0.0 { format!("× {:.2}", value / of) } else { "–".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values: Vec<u32> = (1..=100).rev().collect();
        assert_eq!((median(&values), percentile(&values, 0.99), percentile(&values, 1.0)), (50, 99, 100));
        assert_eq!(median::<u32>(&[]), 0);
        assert_eq!(median(&[7.5]), 7.5);
    }

    #[test]
    fn a_ratio_to_nothing_is_none() {
        assert_eq!(times(3.0, 4.0), "× 0.75");
        assert_eq!(times(3.0, 0.0), "–");
    }
}
