import PortcullisCore
import Testing

@testable import PortcullisChecks

@Suite struct CatalogueTests {
  @Test(arguments: CheckCatalogue.all.flatMap { kind in kind.examples.indices.map { (kind.name, $0) } })
  func everyExampleGivesWhatItSays(name: String, index: Int) throws {
    let example = try #require(CheckCatalogue.kind(named: name)).examples[index]
    if example.gives == .refused {
      #expect(!problems(subject([spec(example.check)], expected: example.expected)).isEmpty)
      return
    }
    let given = try score(example.check, example.answer, expected: example.expected, cost: example.cost, reply: example.reply)
    #expect(given.outcome == example.gives, "\(given)")
  }

  @Test(arguments: CheckCatalogue.all.map(\.name))
  func everyKindIsDocumentedAndShown(name: String) throws {
    let kind = try #require(CheckCatalogue.kind(named: name))
    #expect(!kind.summary.isEmpty && !kind.summary.hasSuffix(".") && kind.summary.first?.isUppercase == false)
    #expect(kind.details.hasSuffix(".") || kind.details.hasSuffix("`."))
    #expect(kind.usage.hasPrefix(name))
    #expect(kind.arguments.isEmpty == (kind.usage == name))
    #expect(kind.examples.contains { $0.gives == .pass } && kind.examples.contains { $0.gives == .fail })
    #expect(kind.examples.allSatisfy { $0.check.contains("\"\(name)\"") })
  }

  @Test func namesAreUnique() {
    #expect(Set(CheckCatalogue.names).count == CheckCatalogue.names.count)
    #expect(CheckCatalogue.names.count == 18)
  }
}
