import PortcullisStatistics

/// The candidate's mean beside production's, by windows of the assignment order.
///
/// Of requests one gate sees both sides. Of sessions, which may have lost a part of their scores, a second one sees each session with
/// its lost scores at their worst: it alone may promote, and it never rolls back.
struct ComparedWatch: Sendable, Hashable {
  private(set) var seen: CanaryGate
  private(set) var worst: CanaryGate?

  /// - Parameter bySession: Whether a unit can be lost in part.
  init(_ design: CanaryDesign, bySession: Bool) {
    seen = CanaryGate(design)
    worst = bySession ? CanaryGate(design.neverRollingBack) : nil
  }

  /// From stored gates.
  init(seen: CanaryGate, worst: CanaryGate?) {
    self.seen = seen
    self.worst = worst
  }

  var design: CanaryDesign { seen.design }
  var hasFired: Bool { seen.verdict == .fail }
  var logEPromote: Double { (worst ?? seen).logEPromote }
  var isProven: Bool { logEPromote >= logEvidenceNeeded(alpha: design.alphaPromote) }

  mutating func feed(_ unit: UnitSum, _ arm: CanaryArm, at time: Double) {
    seen.feed(time: time, arm: arm, score: unit.observed)
    worst?.feed(time: time, arm: arm, score: unit.worst(arm))
  }

  mutating func changeShare(to share: Double) {
    seen.changeShare(to: share)
    worst?.changeShare(to: share)
  }
}

extension CanaryDesign {
  fileprivate var neverRollingBack: CanaryDesign {
    CanaryDesign(
      margin: margin, rollbackMargin: rollbackMargin, alphaRollback: 1e-300, alphaPromote: alphaPromote, horizon: horizon,
      minimum: minimum, share: share, maximumLost: maximumLost)
  }
}

/// One watch for each value of a field, in the order in which the values first appear.
///
/// The values after the first `SliceWatches.limit` − 1 share the last watch: which of them do is decided before an arm is drawn, so
/// that this one is as fair as the others, and no value goes unwatched.
struct SliceWatches: Sendable, Hashable {
  static let limit = 16

  let field: ObservationField
  private let design: CanaryDesign
  private let bySession: Bool
  private(set) var names: [String] = []
  private(set) var watches: [ComparedWatch] = []
  private(set) var counts: [ReadingCounts] = []
  /// Requests that do not name the field.
  var unnamed = 0
  private var share: Double

  init(_ field: ObservationField, _ design: CanaryDesign, bySession: Bool) {
    self.field = field
    self.design = design
    self.bySession = bySession
    share = design.share
  }

  static let others = "(others)"

  /// The place of the watch of a value, made where there is none yet.
  mutating func place(of value: String) -> Int {
    if let known = names.firstIndex(of: value) { return known }
    guard names.count < Self.limit - 1 else {
      if names.count < Self.limit { open(Self.others) }
      return Self.limit - 1
    }
    open(value)
    return names.count - 1
  }

  private mutating func open(_ name: String) {
    var watch = ComparedWatch(design, bySession: bySession)
    if share != design.share { watch.changeShare(to: share) }
    names.append(name)
    watches.append(watch)
    counts.append(ReadingCounts())
  }

  mutating func feed(_ unit: UnitSum, _ arm: CanaryArm, place: Int, at time: Double) { watches[place].feed(unit, arm, at: time) }

  mutating func count(_ arm: CanaryArm, _ reading: Reading, place: Int) { counts[place].add(arm, reading) }

  mutating func changeShare(to share: Double) {
    self.share = share
    for place in watches.indices { watches[place].changeShare(to: share) }
  }

  /// What a shift has told the watches that exist, for those that appear later.
  mutating func goOn(at share: Double) { self.share = share }

  /// Takes up stored watches; false where they are none of this design.
  mutating func restore(names: [String], watches: [ComparedWatch], counts: [ReadingCounts], unnamed: Int) -> Bool {
    guard names.count <= Self.limit, watches.count == names.count, counts.count == names.count, Set(names).count == names.count,
      unnamed >= 0
    else { return false }
    (self.names, self.watches, self.counts, self.unnamed) = (names, watches, counts, unnamed)
    return true
  }

  /// A watch of this design, for reading stored ones.
  var blank: ComparedWatch { ComparedWatch(design, bySession: bySession) }
}
