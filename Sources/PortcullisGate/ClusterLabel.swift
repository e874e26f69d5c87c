import PortcullisCore

/// The name of a group of cases in 64 bits; never 0. Groups whose names collide are taken for one, which only makes a verdict harder to reach.
struct ClusterLabel: Sendable, Hashable {
  let bits: UInt64

  init(_ hash: StableHash) {
    bits = max(1, hash.bits)
  }

  /// A declared cluster; the same name in two evalsets is the same cluster.
  init(cluster: String) {
    var hash = StableHash(seed: 1)
    hash.add(cluster)
    self.init(hash)
  }

  /// A found cluster, by the place in the plan of its first case.
  init(found place: Int) {
    var hash = StableHash(seed: 6)
    withUnsafeBytes(of: UInt64(place).littleEndian) { for byte in $0 { hash.add(byte) } }
    self.init(hash)
  }

  init(tag name: String, value: String) {
    var hash = StableHash(seed: 2)
    hash.add(name)
    hash.add(value)
    self.init(hash)
  }

  /// nil where the id has one part only. Neither the case of Latin letters nor which separators stand between parts makes another stem.
  init?(stemOf id: some Sequence<UInt8>, evalset: String) {
    var hash = StableHash(seed: 3)
    hash.add(evalset)
    var stem: StableHash?
    var (isInPart, parts) = (false, 0)
    for byte in id {
      if isSeparator(byte) {
        isInPart = false
        continue
      }
      if !isInPart {
        // What stood before the last part is the stem; how many separators follow it is of no account.
        if parts > 0 {
          stem = hash
          hash.add(UInt8(ascii: "-"))
        }
        isInPart = true
        parts += 1
      }
      hash.add(0x41...0x5A ~= byte ? byte | 0x20 : byte)
    }
    guard let stem else { return nil }
    self.init(stem)
  }
}

private func isSeparator(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "#"): true
  default: false
  }
}

/// The same 64 bits of the same bytes on every machine: FNV-1a with a finisher of SplitMix64. No secret, no defence against chosen collisions.
///
/// Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, The FNV Non-Cryptographic Hash Algorithm, IETF draft.
struct StableHash: Sendable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  init(seed: UInt8) {
    add(seed)
  }

  @inline(__always)
  mutating func add(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  /// The text's bytes and its end, so that two texts are not their joined bytes.
  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0xFF)
  }

  var bits: UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The names under which a case is one sampling unit with others: its certain cluster, and its group under one grouping.
struct ClusterLabels: Sendable, Hashable {
  /// 0 is none.
  private let certainBits: UInt64
  private let groupBits: UInt64

  init(certain: ClusterLabel?, group: ClusterLabel? = nil) {
    certainBits = certain?.bits ?? 0
    groupBits = group?.bits ?? 0
  }

  /// A case of its own.
  var isEmpty: Bool { certainBits == 0 && groupBits == 0 }
  var certain: UInt64? { certainBits == 0 ? nil : certainBits }
  var group: UInt64? { groupBits == 0 ? nil : groupBits }
}

extension ClusterPlan {
  /// The case's labels in each reading.
  func labels(of facts: CaseFacts) -> [ClusterLabels] {
    let certain = facts.foundCluster.map { ClusterLabel(found: $0) } ?? facts.cluster.map { ClusterLabel(cluster: $0) }
    return readings.map { ClusterLabels(certain: certain, group: $0?.group(of: facts)) }
  }
}
