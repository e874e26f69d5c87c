import PortcullisCalculator
import PortcullisCore
import Testing

@Suite(.enabled(if: VectorFile.isPresent, "../shared/vectors/stats.json is absent"))
struct VectorTests {
  @Test(arguments: VectorFile.methods)
  func everyVectorOfTheMethodHoldsThroughTheProtocol(method: String) throws {
    var conversation = Conversation()
    for vector in VectorFile.vectors where vector.method == method {
      let problem = vector.mismatch(conversation.answer(vector.line))
      #expect(problem == nil, "\(vector.id): \(problem ?? "")")
    }
  }

  @Test func theFileIsReadWhole() {
    #expect(VectorFile.vectors.count == VectorFile.json["count"]?.int)
    #expect(VectorFile.vectors.count >= 310)
  }

  @Test func theDefaultsAreThoseOfTheHeader() throws {
    for group in try #require(VectorFile.json["defaults"]?.object).members {
      guard let method = MethodCatalogue.method(named: group.name) else { continue }  // told by the vectors
      for fallback in try #require(group.value.object).members {
        let input = try #require(method.inputs.first { $0.name == fallback.name }, "\(group.name) has no input '\(fallback.name)'")
        #expect(input.fallback == fallback.value, "\(group.name).\(fallback.name)")
      }
    }
  }

  @Test func aWrongNumberAMissingKeyAndAWrongWordAreSeen() throws {
    let vector = try #require(VectorFile.vectors.first { $0.id == "quantile-ci-08" })
    var conversation = Conversation()
    let right = try JSON(parsing: conversation.answer(vector.line))
    func changed(_ name: String, to value: JSON?) throws -> [UInt8] {
      var outputs = try #require(right["outputs"]?.object)
      outputs[name] = value
      return JSON.object([("id", .string(vector.id)), ("outputs", .object(outputs))]).compactBytes
    }
    #expect(vector.mismatch(right.compactBytes) == nil)
    #expect(vector.mismatch(try changed("estimate", to: .double(9.00001))) != nil)
    #expect(vector.mismatch(try changed("lower", to: nil)) != nil)
    #expect(vector.mismatch(try changed("upper", to: .string("-inf"))) != nil)
  }
}
