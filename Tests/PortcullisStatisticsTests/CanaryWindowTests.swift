import PortcullisStatistics
import Testing

private func window(_ requests: [(CanaryArm, Double?)]) -> CanaryWindow {
  var window = CanaryWindow(size: requests.count)
  for (arm, score) in requests { window.add(arm, score: score) }
  return window
}

struct CanaryWindowTests {
  @Test func itClosesWhenAllRequestsAreScoredOrLost() {
    var open = CanaryWindow(size: 4)
    for score in [1, nil, 0.5] {
      open.add(.candidate, score: score)
      #expect(!open.isFull)
    }
    open.add(.production, score: nil)
    #expect(open.isFull && open.requests == 4)
  }

  // By hand: h = min(1, ab/(a + b)).
  @Test func differencesUseScoredRequestsAndTheWorstCaseAllOfThem() throws {
    let lossy = window([(.candidate, 1), (.production, 0.5), (.candidate, nil), (.production, nil)])
    let seen = try #require(lossy.observed)
    #expect(seen.difference == 0.5 && seen.weight == 0.5)
    let worst = try #require(lossy.worstCase)
    #expect(worst.difference == 0.5 - 0.75 && worst.weight == 1)
    let uneven = try #require(window([(.candidate, 1), (.production, 1), (.production, 0), (.production, 0.5)]).observed)
    #expect(uneven.difference == 0.5 && uneven.weight == 0.75)
  }

  @Test func withoutARequestInBothArmsThereIsNoDifference() throws {
    let oneArm = window([(.production, 1), (.production, 0), (.production, 1), (.production, nil)])
    #expect(oneArm.observed == nil && oneArm.worstCase == nil)
    let lostArm = window([(.candidate, nil), (.production, 1), (.production, 1), (.production, 1)])
    #expect(lostArm.observed == nil)
    let worst = try #require(lostArm.worstCase)
    #expect(worst.difference == -1 && worst.weight == 0.75)
  }

  // Every assignment of five requests with fixed scores: given a and b, the coin makes the mean of D zero.
  @Test func theCoinMakesTheDifferenceFairWhateverTheScores() {
    let scores = [1, 0, 0.25, 1, 0.6]
    var totals: [Int: (sum: Double, count: Int)] = [:]
    for assignment in 0..<32 {
      let requests = scores.indices.map { (assignment >> $0 & 1 == 1 ? CanaryArm.candidate : .production, Optional(scores[$0])) }
      let closed = window(requests)
      guard let difference = closed.observed?.difference else { continue }
      let before = totals[closed.candidate.scored] ?? (0, 0)
      totals[closed.candidate.scored] = (before.sum + difference, before.count + 1)
    }
    #expect(totals.mapValues(\.count) == [1: 5, 2: 10, 3: 10, 4: 5])
    for total in totals.values { #expect(abs(total.sum) < 1e-12) }
  }

  @Test func aStoredWindowThatCannotBeOpenIsRefused() {
    func stored(_ size: Int, _ candidate: WindowScores, _ production: WindowScores = WindowScores()) -> CanaryWindow? {
      CanaryWindow(size: size, candidate: candidate, production: production)
    }
    #expect(stored(4, WindowScores(scored: 2, lost: 1, sum: 1.5)) != nil)
    #expect(stored(0, WindowScores()) == nil)
    #expect(stored(4, WindowScores(scored: 2, lost: 2, sum: 1)) == nil, "full")
    #expect(stored(4, WindowScores(scored: 2, sum: 1), WindowScores(scored: 2, sum: 1)) == nil, "full")
    #expect(stored(4, WindowScores(scored: -1, lost: 2)) == nil)
    #expect(stored(4, WindowScores(scored: 1, lost: -1)) == nil)
    for sum in [-0.1, 2.1, .nan, .infinity] { #expect(stored(4, WindowScores(scored: 2, sum: sum)) == nil) }
    #expect(stored(4, WindowScores(scored: .max, lost: .max)) == nil)
  }
}
