import PortcullisCore
package import PortcullisStatistics

/// How often each field of the answers differed: by the candidate alone, and by production's second answer alone.
///
/// Bounded and free of order: of more fields than `limit` those with the least hashes are kept, each counted whole.
struct FieldTally: Sendable, Hashable {
  static let limit = 256

  private var fields: [UInt64: FieldCounts] = [:]
  /// The greatest hash that may be kept.
  private var most = UInt64.max
  /// Discordances at fields that are not kept.
  private var others = 0
  private var hasOthers = false

  init() {}

  /// - Parameters: Paths in which an answer differs from production's first one, each once.
  mutating func add(candidate: [String], noise: [String], of witness: CaseID) {
    for path in candidate where !noise.contains(path) { count(path, FieldCounts(path, candidateOnly: witness)) }
    for path in noise where !candidate.contains(path) { count(path, FieldCounts(path, candidateOnly: nil)) }
  }

  mutating func merge(_ other: FieldTally) {
    most = min(most, other.most)
    others += other.others
    hasOthers = hasOthers || other.hasOthers
    for (hash, counts) in fields where hash > most { drop(hash, counts) }
    for counts in other.fields.values { count(counts.path, counts) }
  }

  private mutating func count(_ path: String, _ counts: FieldCounts) {
    var hash = StableHash(seed: 9)
    hash.add(path)
    let bits = hash.bits
    guard bits <= most else {
      others += counts.discordances
      hasOthers = true
      return
    }
    if fields[bits]?.merge(counts) == nil { fields[bits] = counts }
    guard fields.count > FieldTally.limit, let greatest = fields.keys.max(), let dropped = fields[greatest] else { return }
    most = greatest - 1
    drop(greatest, dropped)
  }

  private mutating func drop(_ hash: UInt64, _ counts: FieldCounts) {
    fields[hash] = nil
    others += counts.discordances
    hasOthers = true
  }

  /// The fields kept, those with most discordances by the candidate first, and what is not told of others.
  func finished() -> FieldEvidence {
    let sorted = fields.values.sorted { left, right in
      let (a, b) = (left.excess, right.excess)
      return a != b ? a > b : left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
    return FieldEvidence(fields: sorted, otherDiscordances: others, isCut: hasOthers)
  }
}

/// One field of the answers.
package struct FieldCounts: Sendable, Hashable {
  package let path: String
  package private(set) var difference: PairedDifference
  package private(set) var witnesses = Witnesses()

  init(_ path: String, candidateOnly witness: CaseID?) {
    self.path = path
    difference = PairedDifference(candidateOnly: witness == nil ? 0 : 1, productionOnly: witness == nil ? 1 : 0)
    if let witness { witnesses.add(witness) }
  }

  var discordances: Int { difference.candidateOnly + difference.productionOnly }
  var excess: Int { difference.candidateOnly - difference.productionOnly }

  mutating func merge(_ other: FieldCounts) {
    difference = difference + other.difference
    witnesses.merge(other.witnesses)
  }
}

/// The fields in which answers differed.
package struct FieldEvidence: Sendable, Hashable {
  package let fields: [FieldCounts]
  package let otherDiscordances: Int
  /// Whether there were more fields than are kept.
  package let isCut: Bool
}
