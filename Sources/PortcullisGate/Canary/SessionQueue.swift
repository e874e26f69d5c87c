import PortcullisCore
import PortcullisStatistics

/// Requests of sessions, gathered into one unit each, in the order in which the sessions were assigned to an arm.
///
/// A session's unit is closed by what is known without its answers: so many requests, or so many hours since the first. Units leave in
/// order, so that an open session keeps those behind it waiting, for as long as its age allows at most. A session counts once: what it
/// sends after its unit has left is left out, told by a filter that never forgets a session and now and then takes a new one for an
/// old one (about 1 in 200 after 20,000 sessions, 1 in 12 after 50,000), which costs evidence and no validity, since it does not
/// depend on the arm. Bounded: at most `capacity` sessions are open; beyond, the oldest is closed early.
struct SessionQueue: Sendable, Hashable {
  static let capacity = 4096

  /// One session: its arm, when it began, and what its requests said to each rule.
  struct Entry: Sendable, Hashable {
    /// 0 for a request without a session.
    var hash: UInt64
    var arm: CanaryArm
    var start: Double
    var requests: Int
    var sums: [UnitSum]
    /// Of its first request: for each rule the places of its slices.
    var places: [[Int]]
  }

  let limits: SessionLimits
  private var entries: [Entry] = []
  /// Entries at the front that have left, removed many at a time; and how many were removed, so that numbers in `index` stay put.
  private var head = 0
  private var gone = 0
  private var index: [UInt64: Int] = [:]
  private var filter: [UInt64] = []
  /// Requests left out: of a session whose unit was closed, or in the other arm than its session.
  private(set) var returned = 0
  private(set) var strayed = 0
  /// Requests that joined an open session of their arm.
  private(set) var joined = 0

  init(_ limits: SessionLimits) { self.limits = limits }

  enum Arrival: Sendable {
    /// It began a session (or has none).
    case first
    case joined
    case leftOut
  }

  /// Takes in a request of a session; its readings are only kept where the arrival is not `leftOut`.
  mutating func add(_ cluster: String?, _ arm: CanaryArm, at time: Double, _ readings: [Reading], places: [[Int]]) -> Arrival {
    guard let cluster else {
      entries.append(
        Entry(hash: 0, arm: arm, start: time, requests: limits.requests, sums: readings.map { UnitSum($0) }, places: places))
      return .first
    }
    let hash = ClusterLabel(cluster: cluster).bits
    if let number = index[hash] {
      let place = number - gone
      guard entries[place].arm == arm else {
        strayed += 1
        return .leftOut
      }
      guard entries[place].requests < limits.requests, time < entries[place].start + limits.age else {
        returned += 1
        return .leftOut
      }
      entries[place].requests += 1
      for rule in readings.indices { entries[place].sums[rule].add(readings[rule]) }
      joined += 1
      return .joined
    }
    guard !hasSeen(hash) else {
      returned += 1
      return .leftOut
    }
    index[hash] = gone + entries.count
    entries.append(Entry(hash: hash, arm: arm, start: time, requests: 1, sums: readings.map { UnitSum($0) }, places: places))
    return .first
  }

  var isEmpty: Bool { head == entries.count }

  /// The next unit that is closed by now, in order; nil where the oldest is still open.
  mutating func next(at time: Double, closingAll: Bool = false) -> Entry? {
    guard !isEmpty else { return nil }
    let first = entries[head]
    let isClosed = first.requests >= limits.requests || time >= first.start + limits.age
    guard isClosed || closingAll || entries.count - head > Self.capacity else { return nil }
    head += 1
    if head > 1024 {
      entries.removeFirst(head)
      (gone, head) = (gone + head, 0)
    }
    if first.hash != 0 {
      index[first.hash] = nil
      remember(first.hash)
    }
    return first
  }

  private static let filterBits = UInt64(1) << 18

  private static func bits(_ hash: UInt64) -> [UInt64] {
    let step = (hash >> 32) | 1
    return (0..<4).map { (hash &+ $0 &* step) & (filterBits - 1) }
  }

  private func hasSeen(_ hash: UInt64) -> Bool {
    !filter.isEmpty && Self.bits(hash).allSatisfy { filter[Int($0 >> 6)] >> ($0 & 63) & 1 == 1 }
  }

  private mutating func remember(_ hash: UInt64) {
    if filter.isEmpty { filter = [UInt64](repeating: 0, count: Int(Self.filterBits >> 6)) }
    for bit in Self.bits(hash) { filter[Int(bit >> 6)] |= 1 << (bit & 63) }
  }
}

extension SessionQueue {
  var json: JSON {
    .object(present: [
      ("left_out", numbers([Double(returned), Double(strayed), Double(joined)])),
      ("open", .array(entries[head...].map(\.json))), ("filter", filter.isEmpty ? nil : .string(hexText(filter))),
    ])
  }

  /// Takes up what `json` wrote, for so many rules; false where it is none.
  mutating func restore(_ json: JSON, rules: Int) -> Bool {
    guard let left = doubles(json["left_out"])?.map({ Int(exactly: $0) }), left.count == 3, let returned = left[0], let strayed = left[1],
      let joined = left[2], min(returned, strayed, joined) >= 0, let open = json["open"]?.array?.map({ Entry($0) }), !open.contains(nil)
    else { return false }
    let entries = open.compactMap { $0 }
    guard entries.count <= Self.capacity + 1, entries.allSatisfy({ $0.sums.count == rules && $0.places.count == rules }) else {
      return false
    }
    var filter: [UInt64] = []
    if let text = json["filter"] {
      guard let words = text.string.flatMap({ words(hex: $0) }), words.count == Int(Self.filterBits >> 6) else { return false }
      filter = words
    }
    (self.returned, self.strayed, self.joined, self.entries, self.filter) = (returned, strayed, joined, entries, filter)
    (gone, head) = (0, 0)
    index = [:]
    for (place, entry) in entries.enumerated() where entry.hash != 0 {
      guard index.updateValue(place, forKey: entry.hash) == nil else { return false }
    }
    return true
  }
}

extension SessionQueue.Entry {
  fileprivate var json: JSON {
    .object([
      ("id", .string(hexText([hash]))), ("arm", .int(Int(arm.rawValue))), ("start", .double(start)), ("requests", .int(requests)),
      ("sums", numbers(sums.flatMap(\.stored))), ("places", .array(places.map { numbers($0.map(Double.init)) })),
    ])
  }

  fileprivate init?(_ json: JSON) {
    guard let hash = json["id"]?.string.flatMap({ words(hex: $0) }), hash.count == 1,
      let arm = json["arm"]?.int.flatMap({ UInt8(exactly: $0) }).flatMap(CanaryArm.init(rawValue:)), let start = json["start"]?.double,
      start >= 0, let requests = json["requests"]?.int, requests > 0, let flat = doubles(json["sums"]), flat.count.isMultiple(of: 3),
      let places = json["places"]?.array?.map({ doubles($0)?.map { Int(exactly: $0) ?? -2 } }), !places.contains(nil)
    else { return nil }
    let sums = stride(from: 0, to: flat.count, by: 3).map { UnitSum(stored: flat[$0..<$0 + 3]) }
    let whole = places.compactMap { $0 }
    guard !sums.contains(nil), whole.joined().allSatisfy({ $0 >= -1 && $0 < SliceWatches.limit }) else { return nil }
    self.init(hash: hash[0], arm: arm, start: start, requests: requests, sums: sums.compactMap { $0 }, places: whole)
  }
}
