/// A value for each cluster seen. The values lie apart from the names, so that growing moves small entries only.
struct ClusterTable<Value> {
  private var places: [String: Int] = [:]
  private(set) var values: [Value] = []

  init() {}

  mutating func update(_ name: String, empty: @autoclosure () -> Value, _ change: (inout Value) -> Void) {
    if let place = places[name] {
      change(&values[place])
    } else {
      places[name] = values.count
      var value = empty()
      change(&value)
      values.append(value)
    }
  }

  mutating func merge(_ other: ClusterTable, empty: @autoclosure () -> Value, _ add: (inout Value, Value) -> Void) {
    for (name, place) in other.places { update(name, empty: empty()) { add(&$0, other.values[place]) } }
  }
}

extension ClusterTable: Sendable where Value: Sendable {}
