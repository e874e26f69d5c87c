import PortcullisCore

/// The values of tags by pair, each pair's as one number: what slices are made of, in bounded memory and free of order.
struct SliceTable: Sendable {
  /// More values of one tag than this make no slices.
  static let mostValues = 50
  private static let mostNames = 16
  private static let mostCombinations = 1 << 16

  /// Tags that rules name; empty where the pairs' own tags are taken.
  private let wanted: [String]
  private var names: [String: Int] = [:]
  private var values: [[String: Int]] = []
  private var crowded: [Bool] = []
  private var combinations: [[UInt8]: UInt32] = [[]: 0]
  private var hasTooMany = false

  init(wanted: [String]) { self.wanted = wanted }

  /// The number of a pair's values.
  mutating func number(of tags: [Case.Tag]) -> UInt32 {
    if tags.isEmpty || hasTooMany { return 0 }
    var combination: [UInt8] = []
    for tag in tags {
      guard let place = place(of: tag.name), let value = value(tag.value, of: place) else { continue }
      while combination.count <= place { combination.append(0) }
      combination[place] = UInt8(value + 1)
    }
    if let known = combinations[combination] { return known }
    guard combinations.count < SliceTable.mostCombinations else {
      hasTooMany = true
      return 0
    }
    let number = UInt32(combinations.count)
    combinations[combination] = number
    return number
  }

  private mutating func place(of name: String) -> Int? {
    if let place = names[name] { return place }
    guard wanted.isEmpty || wanted.contains(where: { sameBytes($0, name) }) else { return nil }
    guard wanted.isEmpty ? names.count < SliceTable.mostNames : true else {
      hasTooMany = true
      return nil
    }
    names[name] = values.count
    values.append([:])
    crowded.append(false)
    return values.count - 1
  }

  private mutating func value(_ value: String, of place: Int) -> Int? {
    if crowded[place] { return nil }
    if let known = values[place][value] { return known }
    guard values[place].count < SliceTable.mostValues else {
      crowded[place] = true
      values[place] = [:]
      return nil
    }
    let number = values[place].count
    values[place][value] = number
    return number
  }

  /// Each combination as tags, by its number; what is crowded is left out.
  var allTags: [[Case.Tag]] {
    var byPlace: [[String]] = values.map { Array(repeating: "", count: $0.count) }
    for (place, table) in values.enumerated() { for (value, number) in table { byPlace[place][number] = value } }
    var names = Array(repeating: "", count: values.count)
    for (name, place) in self.names { names[place] = name }
    var out: [[Case.Tag]] = Array(repeating: [], count: combinations.count)
    for (combination, number) in combinations {
      out[Int(number)] = combination.enumerated().compactMap { place, value in
        value == 0 || crowded[place] ? nil : Case.Tag(name: names[place], value: byPlace[place][Int(value) - 1])
      }
    }
    return out
  }

  /// Takes over what another table could not hold.
  mutating func take(crowdedOf other: SliceTable) {
    if other.hasTooMany { hasTooMany = true }
    for (name, place) in other.names where other.crowded[place] {
      guard let mine = self.place(of: name) else { continue }
      crowded[mine] = true
      values[mine] = [:]
    }
  }

  /// Why there are no slices of a tag: too many values, or too many tags; nil where there are.
  func isCrowded(_ name: String) -> Bool { hasTooMany || names[name].map { crowded[$0] } == true }

  /// Tags with slices, by bytes.
  var sliced: [String] {
    hasTooMany
      ? []
      : names.filter { !crowded[$0.value] }.map(\.key).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
