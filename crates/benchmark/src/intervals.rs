//! How sure a number is.

use quaywatch_crane::Chance;

/// From where to where the true value lies in 95 of 100 cases.
pub type Interval = [f64; 2];

/// How often is drawn for an interval.
const DRAWS: usize = 1000;
/// The normal distribution's quantile for 95 of 100, two-sided.
const Z: f64 = 1.959_963_985;
/// What is left outside on either side.
const TAIL: f64 = 0.025;

/// Of so many hits among so many like trials (Wilson 1927, the score interval): it is not [0, 0] where nothing was hit.
pub(crate) fn of_trials(hits: usize, trials: usize) -> Interval {
    if trials == 0 {
        return [0.0, 1.0];
    }
    let (n, share) = (trials as f64, hits as f64 / trials as f64);
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)]
}

/// Of trials in groups that differ from each other, such as scenarios: groups are drawn with replacement, and in each its
/// trials (Davison and Hinkley 1997, section 3.8; percentile interval).
pub(crate) fn of_groups(groups: &[Vec<bool>], chance: &mut Chance) -> Interval {
    let mut drawn: Vec<f64> = (0..DRAWS).map(|_| drawn(groups, chance)).collect();
    [TAIL, 1.0 - TAIL].map(|part| quantile(&mut drawn, part).unwrap_or_default())
}

fn drawn(groups: &[Vec<bool>], chance: &mut Chance) -> f64 {
    let (mut hits, mut trials) = (0_usize, 0_usize);
    for _ in groups {
        let Some(group) = groups.get(chance.below(groups.len())) else { continue };
        trials += group.len();
        hits += group.iter().filter(|_| group.get(chance.below(group.len())) == Some(&true)).count();
    }
    hits as f64 / trials.max(1) as f64
}

/// Of a rate at which so many events came (Garwood 1936, exact for a Poisson process): events expected in the same time.
pub(crate) fn of_events(events: usize) -> Interval {
    let most = 2.0 * events as f64 + 20.0;
    let low = if events == 0 { 0.0 } else { solve(most, |mean| 1.0 - at_most(events - 1, mean) > TAIL) };
    [low, solve(most, |mean| at_most(events, mean) < TAIL)]
}

/// The mean at which this begins to hold, looked for between 0 and the most.
fn solve(most: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        *if holds(middle) { &mut high } else { &mut low } = middle;
    }
    high
}

/// How likely so many events or fewer are where this many are expected.
fn at_most(events: usize, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut sum = term;
    for event in 1..=events {
        term *= mean / event as f64;
        sum += term;
    }
    sum
}

/// The value below which this part of all lies. None of nothing.
pub(crate) fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let at = (part * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::{Interval, of_events, of_groups, of_trials};
    use quaywatch_crane::Chance;

    fn is_near([low, high]: Interval, expected: Interval) -> bool {
        (low - expected[0]).abs() < 5e-4 && (high - expected[1]).abs() < 5e-4
    }

    /// Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    #[test]
    fn hits_among_trials_have_the_intervals_of_the_literature() {
        for (hits, trials, expected) in
            [(81, 263, [0.2553, 0.3662]), (15, 148, [0.0624, 0.1605]), (0, 20, [0.0, 0.1611])]
        {
            assert!(is_near(of_trials(hits, trials), expected), "{:?}", of_trials(hits, trials));
        }
        let [low, high] = of_trials(29, 29);
        assert!((low - 0.8830).abs() < 5e-4 && (high - 1.0).abs() < 1e-9);
    }

    /// Garwood, Biometrika 28 (1936): none, one and ten events.
    #[test]
    fn counted_events_have_the_exact_intervals_of_a_poisson_process() {
        for (events, expected) in [(0, [0.0, 3.6889]), (1, [0.0253, 5.5716]), (10, [4.7954, 18.3904])] {
            assert!(is_near(of_events(events), expected), "{:?}", of_events(events));
        }
    }

    #[test]
    fn trials_of_one_scenario_do_not_make_the_whole_surer() {
        let width = |groups: &[Vec<bool>]| {
            let [low, high] = of_groups(groups, &mut Chance::new(1, 2));
            high - low
        };
        // Half of the scenarios are always found, half never: more trials of each tell nothing new.
        let groups = |trials| (0..10).map(|scenario| vec![scenario % 2 == 0; trials]).collect::<Vec<_>>();
        assert!((width(&groups(2)) - width(&groups(200))).abs() < 0.1);
        let more: Vec<_> = groups(2).into_iter().cycle().take(100).collect();
        assert!(width(&more) < width(&groups(2)) / 2.0);
    }
}
