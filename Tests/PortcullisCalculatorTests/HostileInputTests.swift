import PortcullisCalculator
import PortcullisCore
import Testing

/// No input stops the stream: each is answered, with outputs or with an error, in a moment.
@Suite struct HostileInputTests {
  private static let methods = MethodCatalogue.all.map(\.name)

  /// Values of every kind, and the ends of what numbers can be.
  private static let hostile: [JSON] = [
    .null, .bool(true), .string(""), .string("inf"), .string("-inf"), .string("nan"), .string("0.5"), .array([]), .object([]),
    .array([.null]), .array([.array([])]), .array([.object([])]), .array([.string("inf"), .string("-inf")]), .int(-1), .int(0), .int(1),
    .int(2),
    .double(0.5), .double(-0.5), .double(1e-300), .double(.leastNonzeroMagnitude), .double(1e-12), .double(0.999_999_999_999_999_9),
    .double(1 + 1e-12),
    .double(1e9), .double(1_000_000_001), .int(.max), .int(.min), .double(1.7e308), .double(-1.7e308),
  ]

  @Test(arguments: methods) func aHostileValueOfAnyInputIsAnswered(_ name: String) throws {
    let method = try #require(MethodCatalogue.method(named: name))
    for sample in samples(method) {
      for input in method.inputs {
        for value in Self.hostile { try expectAnswer(method, with(sample, input.name, value)) }
        for value in edges(input.shape) { try expectAnswer(method, with(sample, input.name, value)) }
        if let elements = sample[input.name]?.array {
          for value in Self.hostile + elementEdges(input.shape) {
            try expectAnswer(method, with(sample, input.name, .array([value] + elements.dropFirst())))
            try expectAnswer(method, with(sample, input.name, .array(elements.map { _ in value })))
          }
          try expectAnswer(method, with(sample, input.name, .array(Array(elements.dropLast()))))
          for member in elements.first?.object?.members ?? [] {
            for value in Self.hostile {
              var object = elements[0].object
              object?[member.name] = value
              try expectAnswer(method, with(sample, input.name, .array([object.map(JSON.object) ?? .null] + elements.dropFirst())))
            }
          }
        }
      }
    }
  }

  /// All inputs at once at seeded choices from the ends of their shapes.
  @Test(arguments: methods) func theEndsOfAllInputsTogetherAreAnswered(_ name: String) throws {
    let method = try #require(MethodCatalogue.method(named: name))
    var generator = Seeded(state: 17)
    for _ in 0..<150 {
      var inputs = JSONObject()
      let count = [0, 1, 2, 3, 12].randomElement(using: &generator) ?? 0
      for input in method.inputs { inputs[input.name] = pick(input.shape, count, &generator) }
      try expectAnswer(method, inputs)
    }
  }

  @Test(arguments: methods) func aMissingInputAndAnUnknownOneAreNamed(_ name: String) throws {
    let method = try #require(MethodCatalogue.method(named: name))
    let sample = try #require(samples(method).first)
    for input in method.inputs where input.fallback == nil {
      #expect(try expectAnswer(method, with(sample, input.name, nil))["error"]?.string?.hasPrefix("'\(input.name)' is missing: ") == true)
    }
    let first = try #require(method.inputs.first?.name)
    let answer = try expectAnswer(method, with(sample, first + "_", .int(1)))
    if first.count > 2 { #expect(answer["error"]?.string == "unknown input '\(first)_'; did you mean '\(first)'?") }
    #expect(answer["error"]?.string?.hasPrefix("unknown input '\(first)_'") == true)
  }

  @Test(arguments: methods) func theDeclaredOutputsAreThoseReturned(_ name: String) throws {
    let method = try #require(MethodCatalogue.method(named: name))
    let sample = try #require(samples(method).first)
    let outputs = try #require(try expectAnswer(method, sample)["outputs"]?.object)
    #expect(Set(outputs.members.map(\.name)) == Set(method.outputs.map(\.name)))
  }

  @Test(arguments: [
    ("wilson", #"{"x":3.5,"n":10,"alpha":0.05}"#, "'x' is 3.5; it must be a whole number from 0 to 1000000000"),
    ("wilson", #"{"x":11,"n":10,"alpha":0.05}"#, "'x' is 11; it must not exceed 'n', 10"),
    ("wilson", #"{"x":-1,"n":10,"alpha":0.05}"#, "'x' is -1; it must be a whole number from 0 to 1000000000"),
    ("wilson", #"{"x":1,"n":10,"alpha":"nan"}"#, "'alpha' is 'nan'; it must be a number from 1e-12 to 1"),
    ("wilson", #"{"x":1,"n":10,"alpha":true}"#, "'alpha' is true; it must be a number from 1e-12 to 1"),
    ("wilson", #"{"x":1,"n":10,"alpha":1.5}"#, "'alpha' is 1.5; it must be a number from 1e-12 to 1"),
    ("wilson", #"{"x":1,"n":10,"alhpa":0.05}"#, "unknown input 'alhpa'; did you mean 'alpha'?"),
    (
      "wilson", #"{"x":1,"n":10}"#,
      "'alpha' is missing: error rate of both ends together, half at each; it must be a number from 1e-12 to 1"
    ),
    ("holm", #"{"p":[0.1,"x"]}"#, "'p[1]' is 'x'; it must be a number from 0 to 1"),
    ("holm", #"{"p":0.1}"#, "'p' is 0.1; it must be a list; each element: a number from 0 to 1"),
    ("ni_paired_binary", #"{"b":6,"c":5,"n":10,"margin":0.1,"alpha":0.05}"#, "'n' is 10; it must be at least 'b' + 'c', 11"),
    (
      "ni_graded", #"{"candidate":[0.5,1],"production":[1],"margin":0.1,"alpha":0.05}"#,
      "'candidate' has 2 elements and 'production' has 1; they must have one for each, in one order"
    ),
    (
      "ni_graded", #"{"candidate":[0.5],"production":[1],"clusters":["a","b"],"margin":0.1,"alpha":0.05}"#,
      "'candidate' has 1 elements and 'clusters' has 2; they must have one for each, in one order"
    ),
    (
      "ni_graded", #"{"candidate":[0,5],"production":[1,1],"margin":0.1,"alpha":0.05}"#,
      "'candidate' is [0,5]; the difference at index 1 is 4.0, beyond 'range', 1.0"
    ),
    (
      "slices", #"{"protected":[{"b":0,"c":0,"n":9,"margin":0}],"watch":[],"alpha":0.05}"#,
      "'protected[0].margin' is 0; it must be a number above 0 to at most 1"
    ),
    (
      "spending", #"{"kind":"obv","alpha":0.05,"fractions":[1]}"#,
      "'kind' is 'obv'; it must be one of \"obf\", \"pocock\"; did you mean \"obf\"?"
    ),
    (
      "gs_boundaries", #"{"kind":"obf","alpha":0.05,"fractions":[0.5,0.5]}"#,
      "'fractions' is [0.5,0.5]; it must ascend: each look comes after the one before"
    ),
    (
      "must_pass_sprt", #"{"outcomes":[2],"p_good":0.9,"p_bad":0.8,"alpha":0.05,"beta":0.05,"cases":1}"#,
      "'outcomes[0]' is 2; it must be a whole number from 0 to 1"
    ),
    ("t_ppf", #"{"p":1e-200,"df":1}"#, "'p' is 1e-200; with 'df' of 1 or more it must be 0, 1 or at least 1e-140 from both"),
  ])
  func anErrorNamesTheInputItsValueAndWhatIsAllowed(_ row: (method: String, inputs: String, says: String)) {
    let answer = compute(row.method, row.inputs)
    #expect(answer["error"]?.string == row.says)
    #expect(answer["id"] == .int(1))
    #expect(answer["outputs"] == nil)
  }

  @Test func aNullInputIsAnAbsentOne() {
    let given = #""candidate":[0.5,1],"production":[1,1],"margin":0.1,"alpha":0.05"#
    #expect(compute("ni_graded", "{\(given),\"clusters\":null,\"range\":null}") == compute("ni_graded", "{\(given)}"))
  }

  @Test func infinitiesAreTextBothWays() {
    #expect(compute("norm_cdf", #"{"x":"-inf"}"#)["outputs"]?["value"] == .int(0))
    #expect(compute("norm_ppf", #"{"p":0}"#)["outputs"]?["value"] == .string("-inf"))
    #expect(compute("wilson", #"{"x":0,"n":0,"alpha":0.05}"#)["outputs"]?["lo"] == .null)
  }

  // MARK: what is fed

  /// The least answer there may be: an id, and outputs or an error. A stopped program fails every test.
  @discardableResult
  private func expectAnswer(_ method: Method, _ inputs: JSONObject) throws -> JSON {
    var conversation = Conversation()
    let line = JSON.object([("id", .int(7)), ("method", .string(method.name)), ("inputs", .object(inputs))]).compactText
    let start = ContinuousClock.now
    let answer = conversation.ask(line)
    #expect(ContinuousClock.now - start < .seconds(5), "\(line)")
    #expect(answer["id"] == .int(7) && (answer["outputs"] != nil) != (answer["error"] != nil), "\(line) → \(answer.compactText)")
    #expect(answer["error"]?.string?.hasPrefix("internal") != true, "\(line) → \(answer.compactText)")
    return answer
  }

  private func with(_ sample: JSONObject, _ name: String, _ value: JSON?) -> JSONObject {
    var inputs = sample
    inputs[name] = value
    return inputs
  }

  /// Inputs that hold: of the vectors, else plain ones made from the shapes.
  private func samples(_ method: Method) -> [JSONObject] {
    let given = VectorFile.vectors.filter { $0.method == method.name }.sorted { $0.line.count < $1.line.count }
    if let shortest = given.first?.inputs.object { return [shortest] }
    return [JSONObject(method.inputs.map { ($0.name, plain($0.shape)) })]
  }

  private func plain(_ shape: Shape) -> JSON {
    switch shape {
    case .number(let bounds): .double(bounds.contains(0.3) ? 0.3 : bounds.contains(1) ? 1 : bounds.upper)
    case .whole(let range): .int(range.contains(1) ? 1 : range.upperBound)
    case .word(let words): .string(words[0])
    case .label: .int(1)
    case .list(let element, let count): .array([JSON](repeating: plain(element), count: max(2, count.lowerBound)))
    case .row(let shapes): .array(shapes.map(plain))
    case .record(let members): .object(members.map { ($0.name, plain($0.shape)) })
    case .orNull(let shape): plain(shape)
    }
  }

  /// The ends of a shape, which are allowed or just not.
  private func edges(_ shape: Shape) -> [JSON] {
    switch shape {
    case .number(let bounds):
      [bounds.lower, bounds.upper, bounds.lower.nextUp, bounds.upper.nextDown].map(JSON.real)
    case .whole(let range): [range.lowerBound, range.upperBound].map(JSON.int)
    case .word(let words): words.map(JSON.string)
    case .label: [.string("a"), .int(1)]
    case .list, .row, .record: []
    case .orNull(let shape): edges(shape) + [.null]
    }
  }

  private func elementEdges(_ shape: Shape) -> [JSON] {
    switch shape {
    case .list(let element, _): edges(element) + elementEdges(element).map { .array([$0]) }
    case .orNull(let shape): elementEdges(shape)
    case .number, .whole, .word, .label, .row, .record: []
    }
  }

  private func pick(_ shape: Shape, _ count: Int, _ generator: inout Seeded) -> JSON {
    switch shape {
    case .number, .whole, .word, .label: (edges(shape) + [plain(shape)]).randomElement(using: &generator) ?? .null
    case .orNull(let shape): Bool.random(using: &generator) ? .null : pick(shape, count, &generator)
    case .list(let element, let counts):
      .array((0..<min(counts.upperBound, max(counts.lowerBound, count))).map { _ in pick(element, count, &generator) })
    case .row(let shapes): .array(shapes.map { pick($0, count, &generator) })
    case .record(let members): .object(members.map { ($0.name, pick($0.shape, count, &generator)) })
    }
  }
}

/// A generator with a seed: xorshift.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
