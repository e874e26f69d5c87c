import PortcullisCalculator
import PortcullisCore
import Testing

@Suite struct ReferenceTests {
  @Test func everyMethodIsListedOnce() {
    let names = MethodCatalogue.all.map(\.name)
    #expect(Set(names).count == names.count)
    let listed = MethodCatalogue.listing.split(separator: "\n").filter { $0.hasPrefix("  ") }.compactMap { $0.split(separator: " ").first }
    #expect(listed.map(String.init) == names)
  }

  @Test(arguments: MethodCatalogue.all.map(\.name)) func theReferenceNamesAllThatACallerNeeds(_ name: String) throws {
    let method = try #require(MethodCatalogue.method(named: name))
    #expect(method.summary.hasSuffix(".") && method.summary.first?.isUppercase == true, "a summary is a sentence")
    #expect(method.source.section.hasPrefix("§"), "a source names its section")
    for input in method.inputs {
      #expect(method.reference.contains("  \(input.name) ("), "\(input.name)")
      #expect(method.reference.contains(input.shape.text), "\(input.name)")
    }
    for output in method.outputs { #expect(method.reference.contains("  \(output.name): \(output.meaning)"), "\(output.name)") }
    let names = try #require(method.json["inputs"]?.array).compactMap { $0["name"]?.string }
    #expect(names == method.inputs.map(\.name))
  }

  @Test func aDefaultIsShownAndWhatMustBeGivenIsToo() throws {
    let text = try #require(MethodCatalogue.method(named: "ni_graded")).reference
    #expect(text.contains("range (default 1): the largest difference possible"))
    #expect(text.contains("clusters (may be absent or null): the cluster of each element"))
    #expect(text.contains("alpha (required): one-sided error rate; a number from 1e-12 to 0.5"))
    let json = try #require(MethodCatalogue.method(named: "ni_graded")).json["inputs"]?.array
    #expect(json?.first { $0["name"] == .string("range") }?["default"] == .int(1))
    #expect(json?.first { $0["name"] == .string("alpha") }?["required"] == .bool(true))
  }

  @Test func theMembersOfAnObjectAreDescribedToo() throws {
    let text = try #require(MethodCatalogue.method(named: "slices")).reference
    #expect(text.contains("    margin (required): the largest loss accepted"))
  }
}
