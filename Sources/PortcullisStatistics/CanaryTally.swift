/// What a canary has counted and decided so far, beside its evidence.
package struct CanaryTally: Sendable, Hashable {
  /// Requests up to the horizon, lost ones included.
  package var requests = 0
  /// Requests whose score the harness lost.
  package var lost = 0
  /// Closed windows with a scored request in both arms.
  package var windows = 0
  /// Sums over those windows: of the weight h, of h², and of h·D and h·D² for their difference D.
  package var weight = 0.0
  package var squaredWeight = 0.0
  package var weightedDifference = 0.0
  package var weightedSquare = 0.0
  /// Hours of the last request up to the horizon.
  package var time = 0.0
  package var verdict = ThreeWay.inconclusive
  /// Hours of the request or check that decided; nil while undecided.
  package var decidedAt: Double?

  package init() {}

  mutating func add(_ window: WindowDifference) {
    windows += 1
    weight += window.weight
    squaredWeight += window.weight * window.weight
    weightedDifference += window.weight * window.difference
    weightedSquare += window.weight * window.difference * window.difference
  }

  /// Whether a stored tally can be one: counts in order, sums finite, decided with a moment.
  var isPossible: Bool {
    lost >= 0 && lost <= requests && windows >= 0 && windows <= requests && time >= 0 && time.isFinite
      && [weight, squaredWeight, weightedDifference, weightedSquare].allSatisfy(\.isFinite)
      && abs(weightedDifference) <= weight && weightedSquare <= weight && (decidedAt != nil) == (verdict != .inconclusive)
  }
}
