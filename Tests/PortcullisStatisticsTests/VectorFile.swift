// The shared test vectors: read, and compared by the file's own rules.
import Foundation

/// A JSON value of the vectors; infinities and NaN are written there as words.
indirect enum Value: Sendable, Equatable {
  case null
  case number(Double)
  case text(String)
  case list([Value])
  case object([String: Value])

  init(json: Any) throws {
    switch json {
    case let number as NSNumber: self = .number(number.doubleValue)
    case let text as String: self = .text(text)
    case let list as [Any]: self = .list(try list.map { try Value(json: $0) })
    case let object as [String: Any]: self = .object(try object.mapValues { try Value(json: $0) })
    case is NSNull: self = .null
    default: throw VectorError.unreadable("\(json)")
    }
  }

  init(_ value: Double?) {
    guard let value else {
      self = .null
      return
    }
    self = value.isNaN ? .text("nan") : value == .infinity ? .text("inf") : value == -.infinity ? .text("-inf") : .number(value)
  }

  init(_ value: Int?) {
    self.init(value.map(Double.init))
  }
}

enum VectorError: Error {
  case unreadable(String)
  case wrongType(String)
}

struct Vector: Sendable, CustomStringConvertible {
  let id: String
  let method: String
  let inputs: Inputs
  let expected: [String: Value]
  let absolute: Double
  let relative: Double

  var description: String { id }

  /// What is wrong with the outputs; nil when they agree. Only expected keys are compared.
  func mismatch(_ outputs: [String: Value]) -> String? {
    for (key, want) in expected.sorted(by: { $0.key < $1.key }) {
      guard let got = outputs[key] else { return "'\(key)' is missing" }
      if !agrees(got, want) { return "'\(key)' is \(got), expected \(want)" }
    }
    return nil
  }

  private func agrees(_ got: Value, _ want: Value) -> Bool {
    switch (got, want) {
    case (.number(let got), .number(let want)): abs(got - want) <= absolute + relative * abs(want)
    case (.list(let got), .list(let want)): got.count == want.count && zip(got, want).allSatisfy { agrees($0, $1) }
    default: got == want
    }
  }
}

/// The named inputs of a vector, with the header's defaults behind them.
struct Inputs: Sendable {
  let values: [String: Value]

  func number(_ name: String) throws -> Double {
    guard let value = values[name], let number = Self.number(value) else { throw VectorError.wrongType(name) }
    return number
  }

  func int(_ name: String) throws -> Int {
    guard let int = Int(exactly: try number(name)) else { throw VectorError.wrongType(name) }
    return int
  }

  func numbers(_ name: String) throws -> [Double] {
    try list(name).map {
      guard let number = Self.number($0) else { throw VectorError.wrongType(name) }
      return number
    }
  }

  func text(_ name: String) throws -> String {
    guard case .text(let text) = values[name] else { throw VectorError.wrongType(name) }
    return text
  }

  func list(_ name: String) throws -> [Value] {
    guard case .list(let list) = values[name] else { throw VectorError.wrongType(name) }
    return list
  }

  func objects(_ name: String) throws -> [Inputs] {
    try list(name).map {
      guard case .object(let object) = $0 else { throw VectorError.wrongType(name) }
      return Inputs(values: object)
    }
  }

  /// Cluster labels as text; each of `count` values a cluster of its own where they are null.
  func clusters(count: Int) throws -> [String] {
    if (values["clusters"] ?? .null) == .null { return (0..<count).map { "\($0)" } }
    return try list("clusters").map { "\($0)" }
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .number(let number): number
    case .text("inf"): .infinity
    case .text("-inf"): -.infinity
    default: nil
    }
  }
}

/// The file beside the checkout, found from this file's real place.
enum VectorFile {
  static let url = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/vectors/stats.json")

  static let isPresent = FileManager.default.fileExists(atPath: url.path)

  /// Every vector of the file; empty where the file is absent.
  static func read() throws -> [Vector] {
    guard isPresent else { return [] }
    guard case .object(let file) = try Value(json: JSONSerialization.jsonObject(with: Data(contentsOf: url))),
      case .object(let defaults) = file["defaults"], case .list(let vectors) = file["vectors"]
    else { throw VectorError.unreadable(url.path) }
    return try vectors.map { try vector($0, defaults: defaults) }
  }

  private static func vector(_ value: Value, defaults: [String: Value]) throws -> Vector {
    guard case .object(let fields) = value, case .text(let id) = fields["id"], case .text(let method) = fields["method"],
      case .object(let inputs) = fields["inputs"], case .object(let expected) = fields["expected"],
      case .object(let tolerance) = fields["tol"]
    else { throw VectorError.unreadable("\(value)") }
    var all: [String: Value] = [:]
    if case .object(let missing) = defaults[method] { all = missing }
    all.merge(inputs) { _, given in given }
    let tol = Inputs(values: tolerance)
    return Vector(
      id: id, method: method, inputs: Inputs(values: all), expected: expected,
      absolute: try tol.number("abs"), relative: try tol.number("rel"))
  }
}
