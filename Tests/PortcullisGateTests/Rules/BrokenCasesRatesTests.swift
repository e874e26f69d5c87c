import Foundation
import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

// The rates that formats.md §6 promises of `no-broken-cases` on 60 cases with `confirm: 4`, simulated through the planner and the decision.

private let policy = Policy(offline: [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))])

/// Verdicts over seeded runs of a suite whose case at a place passes with these probabilities, in hundredths.
private func verdicts(_ runs: Int, seed: UInt64, _ rate: (Int) -> (candidate: Int, production: Int)) -> [Verdict: Double] {
  var random = SplitMix64(seed: seed)
  var counts: [Verdict: Double] = [:]
  for _ in 0..<runs {
    func passes(_ place: Int, _ arm: Arm) -> Bool {
      random.below(100) < (arm == .candidate ? rate(place).candidate : rate(place).production)
    }
    let first = (0..<60).map { place in
      Sample(numbered("c", place), candidate: passes(place, .candidate) ? "P" : "F", production: passes(place, .production) ? "P" : "F")
    }
    counts[decision(playedOut(first, policy, passes), policy).verdict, default: 0] += 1 / Double(runs)
  }
  return counts
}

private let runs = ProcessInfo.processInfo.environment["PORTCULLIS_RUNS"].flatMap(Int.init) ?? 400

/// Equal arms of every flakiness: `wrong_fail` is 5 %; 400 runs scatter by ± 1.5 points.
@Test(arguments: [98, 90, 80, 50])
func equalFlakyArmsSeldomFail(rate: Int) {
  let found = verdicts(runs, seed: UInt64(rate)) { _ in (rate, rate) }
  if runs > 400 { print("equal arms at \(rate) %: \(found)") }
  #expect(found[.fail] ?? 0 <= 0.04)
}

@Test(arguments: [100, 98])
func oneDeadCaseSeldomPasses(others: Int) {
  let found = verdicts(runs, seed: 11) { $0 == 0 ? (0, 100) : (others, others) }
  if runs > 400 { print("one dead case, others at \(others) %: \(found)") }
  #expect(found[.pass] ?? 0 <= 0.025)
}

// ½ + ½·11/16 = 84 % for a case alone.
@Test func aHalfFailingCaseMostlyPassesAsTheReportSays() {
  let found = verdicts(runs, seed: 12) { $0 == 0 ? (50, 100) : (100, 100) }
  if runs > 400 { print("one case that fails half of the time: \(found)") }
  #expect(abs((found[.pass] ?? 0) - 0.84) < 0.06)
}
