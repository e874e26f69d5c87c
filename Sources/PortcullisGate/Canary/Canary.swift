import PortcullisCore
import PortcullisStatistics

/// A candidate beside production, watched request by request: a state machine without a clock.
///
/// Observations go in with `observe`, in the order in which requests were assigned to the arms; everything that decides is
/// decided there, so that how often and when one looks changes nothing. `look` says what is known at a moment; of time alone it
/// knows the deadline and silence, and time alone never promotes. The end is final.
///
/// By Ville's inequality an equal candidate is ever rolled back by any rule with probability at most `wrongFail`, and one that is
/// beyond a rule's limit ever passes that rule with at most `wrongPass`, however often one looks and whatever the traffic does.
///
/// After an `advance` the stage goes on as it is until `shift(at:)` says that the router has moved: what still comes at the old share is
/// not held against the new one. Evidence is kept from stage to stage, but for windows that are open at the shift.
///
/// Source: reference/statistics.md §9.
package struct Canary: Sendable, Hashable {
  package let policy: CanaryPolicy
  /// How it ended; nil while it runs.
  package internal(set) var outcome: CanaryOutcome?
  /// The stage now, from 0, and the hours at which it began.
  package internal(set) var stage = 0
  package internal(set) var stageStart = 0.0
  /// The share that the traffic is to be moved to; nil unless an `advance` waits for its `shift`.
  package internal(set) var waitingShare: Double?
  /// Observations refused because they came too late, or were none; and those whose time was moved forward.
  package internal(set) var late = 0
  package internal(set) var refused = 0
  package internal(set) var clamped = 0
  /// Lines of the stream that could not be read. What they held is lost, and nobody knows whose loss it is: nothing is promoted then.
  package internal(set) var unreadable = 0
  package internal(set) var tables = CanaryTables()

  /// When the next stage begins; nil until `shift`.
  var shiftAt: Double?
  /// Hours of the last observation, and of the last of each arm.
  package internal(set) var clock = 0.0
  var lastCandidate: Double?
  var lastProduction: Double?
  /// Hours of this stage in which both arms were seen, and up to when both have been.
  var watched = 0.0
  var seenUntil = 0.0
  /// Times at which an arm was silent for longer than `silenceLimit` and then came back: what was served meanwhile, nobody knows.
  var holes = 0
  var watches: [RuleWatch]
  var queue: SessionQueue
  var rig: CanaryRig
  var desk: AlertDesk
  var candidateLatency = LatencySketch()
  var productionLatency = LatencySketch()
  /// Troubles of the rig that have been told.
  var toldTroubles = 0
  var eventsMade = 0
  var pending: [CanaryEvent] = []

  /// - Precondition: `policy.problem` is nil.
  package init(_ policy: CanaryPolicy) {
    precondition(policy.problem == nil, "the canary's policy cannot be used: \(policy.problem ?? "")")
    self.policy = policy
    watches = policy.rules.map { RuleWatch($0, policy) }
    rig = CanaryRig(share: policy.stages[0].share)
    desk = AlertDesk(policy.alerts)
    if case .session(let limits) = policy.unit {
      queue = SessionQueue(limits)
    } else {
      queue = SessionQueue(SessionLimits())
    }
  }

  /// The candidate's share of the traffic now.
  package var share: Double { policy.stages[stage].share }

  /// Takes in the next request, and moves on, promotes or rolls back if that proves it.
  @discardableResult
  package mutating func observe(_ observation: Observation) -> Reception {
    guard outcome == nil else { return .ended }
    if let reason = observation.flaw {
      refused += 1
      return .refused(reason: reason)
    }
    guard observation.time <= policy.deadline else {
      finish()
      return .ended
    }
    let back = clock - observation.time
    guard back <= policy.lateWindow else {
      late += 1
      return .late(hours: back)
    }
    let time = max(clock, observation.time)
    if back > 0 { clamped += 1 }
    passTime(to: time)
    clock = time
    if let shiftAt, time >= shiftAt { beginNextStage(at: time) }
    count(observation, at: time)
    let readings = watches.indices.map { watches[$0].read(observation) }
    weigh(observation, readings, at: time)
    settle(at: time)
    return back > 0 ? .clamped(hours: back) : .counted
  }

  /// Lets time pass up to `hours` since the start: raises what silence raises, and ends at the deadline.
  package mutating func tick(at hours: Double) {
    guard outcome == nil, hours.isFinite, hours > 0 else { return }
    passTime(to: min(hours, policy.deadline))
    if hours >= policy.deadline { finish() }
  }

  /// The traffic has been moved to `waitingShare` at `hours`: the next stage begins with the first observation from then on.
  package mutating func shift(at hours: Double) {
    guard waitingShare != nil, outcome == nil, hours.isFinite else { return }
    shiftAt = hours
  }

  /// A line of the stream could not be read.
  package mutating func loseLine() {
    if outcome == nil { unreadable += 1 }
  }

  /// A person rolls it back.
  package mutating func stop(by person: String, reason: String, at hours: Double) {
    guard outcome == nil else { return }
    end(.stopped(at: hours.isFinite ? max(hours, clock) : clock, by: person, reason: reason))
  }

  /// The events since they were last taken, each once.
  package mutating func takeEvents() -> [CanaryEvent] {
    defer { pending = [] }
    return pending
  }

  mutating func report(_ kind: CanaryEvent.Kind, at hours: Double) {
    eventsMade += 1
    pending.append(CanaryEvent(number: eventsMade, at: hours, kind: kind))
  }

  private mutating func passTime(to time: Double) {
    guard desk.isDue(at: time) else { return }
    var told: [(Double, CanaryEvent.Kind)] = []
    desk.pass(to: time, lastSeen: (lastCandidate ?? 0, lastProduction ?? 0), slowLimit: slowLimit) { told.append(($0, $1)) }
    for (at, kind) in told { report(kind, at: at) }
  }

  /// The time above which an answer is slow, of the first latency rule that knows one.
  private var slowLimit: Int? {
    for rule in watches.indices { if let limit = watches[rule].slowLimit { return limit } }
    return nil
  }

  private mutating func count(_ observation: Observation, at time: Double) {
    switch observation.arm {
    case .candidate:
      lastCandidate = time
      if let latency = observation.latency, observation.failure == nil { candidateLatency.add(latency) }
    case .production:
      lastProduction = time
      if let latency = observation.latency, observation.failure == nil { productionLatency.add(latency) }
    }
    watch()
    tables.add(observation)
    desk.add(observation, at: time, slowLimit: slowLimit)
    rig.span(observation)
  }

  /// Counts the time since both arms were last seen, unless one of them was silent for too long: holes and clocks that step forward
  /// are no time that was watched.
  private mutating func watch() {
    guard let lastCandidate, let lastProduction else { return }
    let both = min(lastCandidate, lastProduction)
    guard both > seenUntil else { return }
    if both - seenUntil <= silenceLimit {
      watched += both - seenUntil
    } else if watched > 0 || stage > 0 {  // before its first traffic a canary waits, and misses nothing
      holes += 1
    }
    seenUntil = both
  }

  /// Hands the readings to the rules: at once, or by way of the session that the request belongs to.
  private mutating func weigh(_ observation: Observation, _ readings: [Reading], at time: Double) {
    let places = watches.indices.map { watches[$0].places(observation) }
    for rule in watches.indices where !places[rule].isEmpty {
      watches[rule].countSlices(readings[rule], observation.arm, places: places[rule])
    }
    let isLoss = observation.score == nil && observation.failure == nil
    if policy.isBySession {
      let arrival = queue.add(observation.cluster, observation.arm, at: time, readings, places: places)
      if arrival == .first {
        rig.countUnit(observation.arm)
        if isLoss { rig.countLoss(observation.arm) }
      }
      rig.mixes(strayed: queue.strayed, joined: queue.joined)
    } else {
      rig.countUnit(observation.arm)
      if isLoss { rig.countLoss(observation.arm) }
      for rule in watches.indices {
        let unit = UnitSum(readings[rule])
        watches[rule].compare(unit, observation.arm, at: time)
        watches[rule].compareSlices(unit, observation.arm, places: places[rule], at: time)
      }
      if let cluster = observation.cluster { rig.follow(cluster, observation.arm) }
      if observation.arm == .candidate {
        if observation.cluster == nil {
          for rule in watches.indices { watches[rule].limit(UnitSum(readings[rule]), at: time) }
        } else {
          _ = queue.add(observation.cluster, .candidate, at: time, readings, places: places)
        }
      }
    }
    takeUnits(at: time)
  }

  private mutating func takeUnits(at time: Double, all: Bool = false) {
    while let entry = queue.next(at: time, closingAll: all) {
      for rule in watches.indices {
        if policy.isBySession {
          watches[rule].compare(entry.sums[rule], entry.arm, at: time)
          watches[rule].compareSlices(entry.sums[rule], entry.arm, places: entry.places[rule], at: time)
        }
        if entry.arm == .candidate { watches[rule].limit(entry.sums[rule], at: time) }
      }
    }
  }

  /// Rolls back, moves on or promotes where the evidence is there.
  private mutating func settle(at time: Double) {
    while toldTroubles < rig.troubles.count {
      report(.hold(reason: rig.troubles[toldTroubles].sentence), at: time)
      toldTroubles += 1
    }
    guard !rig.isUnfit else { return }
    for rule in watches.indices where !watches[rule].advisory && watches[rule].hasFired && mayDecide(watches[rule]) {
      return end(.rolledBack(at: time, reason: watches[rule].harm))
    }
    guard waitingShare == nil, watched >= policy.stages[stage].bake, mayPromote(at: time) else { return }
    if stage + 1 < policy.stages.count {
      guard time < policy.deadline else { return }
      let next = policy.stages[stage + 1].share
      waitingShare = next
      report(.advance(share: next), at: time)
    } else {
      end(.promoted(at: time))
    }
  }

  /// A rule that weighs scores decides nothing while they seem to get lost in one arm only.
  func mayDecide(_ watch: RuleWatch) -> Bool { !(watch.rule.weighsScores && rig.suspectsLosses) }

  /// Whether every demand of this stage but its time is met.
  func mayPromote(at time: Double) -> Bool {
    var weighsScores = false
    for rule in watches.indices where !watches[rule].advisory {
      guard watches[rule].isProven(maxLost: policy.maxLost) else { return false }
      weighsScores = weighsScores || watches[rule].rule.weighsScores
    }
    guard weighsScores else { return false }
    return unreadable + late + refused + holes == 0 && rig.troubles.isEmpty && !rig.hasConstantScores && !rig.hasConstantLatencies
      && silentArm(at: time) == nil
      && tables.total.production.scores > 0
  }

  /// Hours without a request of an arm after which nothing is promoted.
  var silenceLimit: Double {
    for alert in policy.alerts { if case .noData(let hours) = alert.condition { return hours } }
    return 2
  }

  /// An arm that has not been seen for too long, or never.
  func silentArm(at time: Double) -> CanaryArm? {
    func isSilent(_ last: Double?) -> Bool { last.map { time - $0 > silenceLimit } ?? true }
    return isSilent(lastCandidate) ? .candidate : isSilent(lastProduction) ? .production : nil
  }

  private mutating func beginNextStage(at time: Double) {
    stage += 1
    stageStart = time
    (watched, seenUntil) = (0, time)
    (waitingShare, shiftAt) = (nil, nil)
    rig.changeShare(to: share)
    for rule in watches.indices { watches[rule].changeShare(to: share) }
  }

  /// The deadline: the sessions that are still open are weighed as they are, then the policy says what becomes of it. Time that has
  /// passed since the last request counts for no bake.
  private mutating func finish() {
    passTime(to: policy.deadline)
    takeUnits(at: policy.deadline, all: true)
    settle(at: policy.deadline)
    guard outcome == nil else { return }
    switch policy.onTimeout {
    case .rollback: end(.timedOut(at: policy.deadline))
    case .hold: end(.expired(at: policy.deadline))
    }
  }

  private mutating func end(_ outcome: CanaryOutcome) {
    self.outcome = outcome
    (waitingShare, shiftAt) = (nil, nil)
    let kind: CanaryEvent.Kind =
      switch outcome {
      case .promoted: .promote
      case .rolledBack(_, let reason): .rollback(reason: reason)
      case .timedOut: .rollback(reason: timeoutSentence)
      case .expired: .hold(reason: timeoutSentence)
      case .stopped(_, let person, let reason): .rollback(reason: "stopped by \(person): \(reason)")
      }
    report(kind, at: outcome.at)
    var told: [(Double, CanaryEvent.Kind)] = []
    desk.close(at: outcome.at) { told.append(($0, $1)) }
    for (at, kind) in told { report(kind, at: at) }
  }

  var timeoutSentence: String {
    "the deadline of \(hoursText(policy.deadline)) came before a promotion or a loss was proven"
  }
}

extension Observation {
  /// Why it can be no observation; the readers refuse these first.
  fileprivate var flaw: String? {
    guard time.isFinite, time >= 0 else { return "its time is no number of hours since the start" }
    if let score, !(score >= 0 && score <= 1) { return "its score does not lie within 0 and 1" }
    if let feedback, !(feedback >= 0 && feedback <= 1) { return "its feedback does not lie within 0 and 1" }
    if let latency, latency < .zero { return "its latency is negative" }
    if let costMicro, !(0...100_000_000_000).contains(costMicro) { return "its cost is out of range" }
    for count in [tokens.input, tokens.output] {
      if let count, !(0...1_000_000_000).contains(count) { return "its number of tokens is out of range" }
    }
    return nil
  }
}

/// `24 h`, `0.5 h`.
func hoursText(_ hours: Double) -> String {
  let text = fixed(hours, 1)
  return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " h"
}
