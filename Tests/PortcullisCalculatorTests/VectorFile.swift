// The shared test vectors: read, and compared by the file's own rules.
import Foundation
import PortcullisCore

struct Vector: Sendable, CustomStringConvertible {
  let id: String
  let method: String
  let inputs: JSON
  let expected: JSONObject
  let absolute: Double
  let relative: Double

  var description: String { id }

  /// The line that a user sends.
  var line: [UInt8] { JSON.object([("id", .string(id)), ("method", .string(method)), ("inputs", inputs)]).compactBytes }

  /// What is wrong with an answer; nil when it agrees. Only expected keys are compared.
  func mismatch(_ answer: [UInt8]) -> String? {
    guard let answer = try? JSON(parsing: answer) else { return "the answer is no JSON" }
    guard answer["id"] == .string(id), let outputs = answer["outputs"] else { return "\(answer.compactText)" }
    for member in expected.members {
      guard let got = outputs[member.name] else { return "'\(member.name)' is missing" }
      if !agrees(got, member.value) { return "'\(member.name)' is \(got.compactText), expected \(member.value.compactText)" }
    }
    return nil
  }

  private func agrees(_ got: JSON, _ want: JSON) -> Bool {
    switch (got, want) {
    case (.number(let got), .number(let want)): abs(got.double - want.double) <= absolute + relative * abs(want.double)
    case (.array(let got), .array(let want)): got.count == want.count && zip(got, want).allSatisfy { agrees($0, $1) }
    default: got == want
    }
  }
}

/// The file beside the checkout, found from this file's real place.
enum VectorFile {
  static let url = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/vectors/stats.json")

  static let isPresent = FileManager.default.fileExists(atPath: url.path)

  /// The file; null where it is absent.
  static let json: JSON =
    isPresent ? (try? JSON(parsing: [UInt8](Data(contentsOf: url)))) ?? .string("the file is no JSON") : .null

  /// Every vector of the file; empty where the file is absent.
  static let vectors: [Vector] = (json["vectors"]?.array ?? []).compactMap { vector in
    guard let id = vector["id"]?.string, let method = vector["method"]?.string, let inputs = vector["inputs"],
      let expected = vector["expected"]?.object, let absolute = vector["tol"]?["abs"]?.double, let relative = vector["tol"]?["rel"]?.double
    else { return nil }
    return Vector(id: id, method: method, inputs: inputs, expected: expected, absolute: absolute, relative: relative)
  }

  static let methods = Set(vectors.map(\.method)).sorted()
}
