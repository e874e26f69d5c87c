/// One metric of a canary, watched request by request: rolled back as soon as harm is proven, promoted when it is excluded.
///
/// A state machine without a clock: requests go in with `feed` in the order in which they were assigned to the arms, and
/// after each batch comes `checkPromotion`. How the stream is cut into batches changes nothing but the moments at which a
/// promotion is asked for. By Ville's inequality an equal candidate is ever rolled back with probability at most
/// `alphaRollback`, and one that is worse by the margin ever promoted with at most `alphaPromote`, however often one looks and
/// whatever the traffic does. *Assumes* that the arm is drawn independently for each request and that requests do not
/// influence each other.
///
/// A gate is a plain value without a reference or an allocation; `state` can be stored and taken up again at any moment,
/// bit for bit. It knows neither the sample ratio (`SampleRatio`) nor the other metrics.
///
/// Source: reference/statistics.md §9, `canary`; reference/decision-protocol.md.
package struct CanaryGate: Sendable, Hashable {
  /// All that changes, as numbers to be stored.
  package struct State: Sendable, Hashable {
    package var rollback: BettingProcess.State
    package var promotion: BettingProcess.State
    /// The open window; its size follows from the share of the traffic now.
    package var window: CanaryWindow
    package var tally: CanaryTally

    package init(rollback: BettingProcess.State, promotion: BettingProcess.State, window: CanaryWindow, tally: CanaryTally) {
      self.rollback = rollback
      self.promotion = promotion
      self.window = window
      self.tally = tally
    }
  }

  package let design: CanaryDesign
  package private(set) var window: CanaryWindow
  package private(set) var tally = CanaryTally()
  private var rollback: BettingProcess
  private var promotion: BettingProcess

  package init(_ design: CanaryDesign) {
    self.design = design
    window = CanaryWindow(size: windowSize(share: design.share))
    rollback = BettingProcess(design.rollbackPlan)
    promotion = BettingProcess(design.promotionPlan)
  }

  /// Goes on from a stored state; nil where its numbers are none that a gate of this design can have.
  package init?(_ design: CanaryDesign, state: State) {
    guard let rollback = BettingProcess(design.rollbackPlan, state: state.rollback),
      let promotion = BettingProcess(design.promotionPlan, state: state.promotion),
      state.tally.isPossible, state.tally.time <= design.horizon
    else { return nil }
    self.design = design
    self.rollback = rollback
    self.promotion = promotion
    window = state.window
    tally = state.tally
  }

  package var state: State {
    State(rollback: rollback.state, promotion: promotion.state, window: window, tally: tally)
  }

  /// Inconclusive while it runs, and at the end where nothing was proven; pass (promote) and fail (roll back) are final.
  package var verdict: ThreeWay { tally.verdict }
  /// Hours of the request or check that decided; nil while undecided.
  package var decidedAt: Double? { tally.decidedAt }
  /// ΣhD/Σh over the windows seen, without lost scores; nil before the first.
  package var mean: Double? { tally.weight > 0 ? tally.weightedDifference / tally.weight : nil }
  /// The evidence for harm beyond the rollback margin; reaches −ln α at a rollback.
  package var logERollback: Double { rollback.logE }
  /// The evidence that a loss of the margin is excluded, with lost scores at their worst; at least −ln α at a promotion.
  package var logEPromote: Double { promotion.logE }

  /// Takes in the next request, and rolls back if that proves harm.
  ///
  /// Requests after the horizon or after the decision change nothing.
  ///
  /// - Parameters:
  ///   - time: Hours since the start; finite, at least 0 and no less than that of the request before.
  ///   - score: In 0...1; nil where the harness lost it.
  package mutating func feed(time: Double, arm: CanaryArm, score: Double?) {
    precondition(time.isFinite && time >= tally.time, "requests come in order of time")
    guard tally.verdict == .inconclusive, time <= design.horizon else { return }
    tally.time = time
    makeFreshStarts(before: time)
    tally.requests += 1
    if score == nil { tally.lost += 1 }
    window.add(arm, score: score)
    if window.isFull { closeWindow() }
  }

  /// Promotes if a loss of the margin is excluded by now; asked after each batch, and to be asked again at the end.
  ///
  /// - Parameter time: Hours since the start; finite and no less than that of the last request. Beyond the horizon, the
  ///   horizon counts.
  package mutating func checkPromotion(at time: Double) {
    precondition(time.isFinite && time >= tally.time, "a promotion is checked after the last request")
    let now = min(time, design.horizon)
    guard tally.verdict == .inconclusive, now >= design.minimum, hasEnoughScores else { return }
    if promotion.logE >= logEvidenceNeeded(alpha: design.alphaPromote) { decide(.pass, at: now) }
  }

  /// Whether few enough scores are lost for a promotion; false without any request.
  package var hasEnoughScores: Bool {
    // A quotient is exact for a tie with a limit such as 0.02, a product is not.
    tally.requests > 0 && Double(tally.lost) / Double(tally.requests) <= design.maximumLost
  }

  /// Goes on with another share of the traffic: the open window is dropped, all evidence is kept.
  ///
  /// The guarantee stays as long as the change looks at closed windows only.
  ///
  /// - Parameter share: The candidate's new share of all requests; strictly inside 0...1.
  package mutating func changeShare(to share: Double) {
    window = CanaryWindow(size: windowSize(share: share))
  }

  private mutating func makeFreshStarts(before time: Double) {
    let made = design.hourlyStarts - rollback.state.freshStartsLeft
    let due = min(design.hourlyStarts, Int(time.rounded(.down))) - made
    if due > 0 { rollback.freshStart(count: due) }
  }

  private mutating func closeWindow() {
    let closed = window
    window = CanaryWindow(size: closed.size)
    if let worst = closed.worstCase { promotion.add(worst.difference, weight: worst.weight) }
    guard let seen = closed.observed else { return }
    tally.add(seen)
    rollback.add(seen.difference, weight: seen.weight)
    if rollback.logE >= logEvidenceNeeded(alpha: design.alphaRollback) { decide(.fail, at: tally.time) }
  }

  private mutating func decide(_ verdict: ThreeWay, at time: Double) {
    tally.verdict = verdict
    tally.decidedAt = time
  }
}
