/// A value for each cluster seen. The values lie apart from the names, so that growing moves small entries only.
struct ClusterTable<Value> {
  private var places: [ClusterLabels: Int] = [:]
  private var values: [Value] = []
  /// Whether some case has two names, so that clusters may be joined by it.
  private var isJoined = false

  init() {}

  mutating func update(_ labels: ClusterLabels, empty: @autoclosure () -> Value, _ change: (inout Value) -> Void) {
    if labels.certain != nil, labels.group != nil { isJoined = true }
    if let place = places[labels] {
      change(&values[place])
    } else {
      places[labels] = values.count
      var value = empty()
      change(&value)
      values.append(value)
    }
  }

  mutating func merge(_ other: ClusterTable, empty: @autoclosure () -> Value, _ add: (inout Value, Value) -> Void) {
    for (labels, place) in other.places { update(labels, empty: empty()) { add(&$0, other.values[place]) } }
  }

  /// Each cluster whole, in no particular order: names that a case carries together are one cluster, and so are those joined by way of others.
  func wholes(_ add: (inout Value, Value) -> Void) -> [Value] {
    guard isJoined else { return values }
    var sets = DisjointSets()
    var members: [UInt64: Int] = [:]
    func member(_ bits: UInt64) -> Int {
      if let known = members[bits] { return known }
      let new = sets.makeSet()
      members[bits] = new
      return new
    }
    // The two kinds of names are apart even where their bits are the same.
    func names(_ labels: ClusterLabels) -> [UInt64] { [labels.certain, labels.group.map { ~$0 }].compactMap { $0 } }
    for labels in places.keys {
      let names = names(labels)
      for name in names { sets.join(member(names[0]), member(name)) }
    }
    var wholes: [Int: Value] = [:]
    for (labels, place) in places {
      guard let name = names(labels).first else { continue }
      let root = sets.root(of: member(name))
      if var whole = wholes.removeValue(forKey: root) {
        add(&whole, values[place])
        wholes[root] = whole
      } else {
        wholes[root] = values[place]
      }
    }
    return Array(wholes.values)
  }
}

extension ClusterTable: Sendable where Value: Sendable {}

/// Sets that only ever join; each is known by one of its members.
///
/// Source: R. E. Tarjan, Efficiency of a Good But Not Linear Set Union Algorithm, 1975, with path halving.
struct DisjointSets: Sendable {
  private var parents: [UInt32] = []

  mutating func makeSet() -> Int {
    parents.append(UInt32(parents.count))
    return parents.count - 1
  }

  /// The member by which the set is known: its least one.
  mutating func root(of member: Int) -> Int {
    var at = UInt32(member)
    while parents[Int(at)] != at {
      parents[Int(at)] = parents[Int(parents[Int(at)])]
      at = parents[Int(at)]
    }
    return Int(at)
  }

  mutating func join(_ left: Int, _ right: Int) {
    let (a, b) = (root(of: left), root(of: right))
    if a != b { parents[max(a, b)] = UInt32(min(a, b)) }
  }
}
