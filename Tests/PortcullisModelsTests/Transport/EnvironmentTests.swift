import Testing

@testable import PortcullisModels

@Suite(.timeLimit(.minutes(1)))
struct EnvironmentTests {
  @Test func variablesAreReadAsCurlReadsThem() {
    let none = NetworkEnvironment([:])
    #expect(none.httpProxy.isEmpty && none.httpsProxy.isEmpty)
    #expect(none.noProxy == "localhost,127.0.0.0/8,::1")
    #expect(none.certificateFile == nil)
    let some = NetworkEnvironment([
      "http_proxy": "http://a:1", "HTTP_PROXY": "http://evil:1", "HTTPS_PROXY": "http://b:2", "NO_PROXY": ".corp",
      "SSL_CERT_FILE": "/x.pem",
      "SSL_CERT_DIR": "/certs",
    ])
    #expect(some.httpProxy == "http://a:1")
    #expect(some.httpsProxy == "http://b:2")
    #expect(some.noProxy == ".corp,localhost,127.0.0.0/8,::1")
    #expect(some.certificateFile == "/x.pem")
    #expect(some.certificateFolder == "/certs")
    #expect(NetworkEnvironment(["HTTP_PROXY": "http://evil:1"]).httpProxy.isEmpty)
    #expect(NetworkEnvironment(["all_proxy": "http://c:3"]).httpsProxy == "http://c:3")
    #expect(NetworkEnvironment(["no_proxy": "*"]).noProxy == "*")
    #expect(NetworkEnvironment(["CURL_CA_BUNDLE": "/c.pem", "SSL_CERT_FILE": "/x.pem"]).certificateFile == "/c.pem")
  }

  @Test func plainCallsGoThroughTheProxy() async throws {
    let proxy = LoopbackServer([.receive, okAnswer("by proxy")])
    let client = try makeClient(environment: ["http_proxy": "http://127.0.0.1:\(proxy.port)"])
    #expect(try await client.send(post("http://model.example/v1")).text == "by proxy")
    #expect(proxy.log.requestTexts[0].hasPrefix("POST http://model.example/v1 HTTP/1.1\r\n"))
  }

  @Test func loopbackIsReachedPastADeadProxy() async throws {
    let server = LoopbackServer([.receive, okAnswer("direct")])
    let client = try makeClient(environment: ["http_proxy": "http://127.0.0.1:\(closedPort())", "no_proxy": "elsewhere.example"])
    #expect(try await client.send(post(server.url)).text == "direct")
    let failure = try await failing { try await client.send(post("http://model.example/")) }
    guard case .noConnection = failure.cause else {
      Issue.record("\(failure)")
      return
    }
  }

  @Test func aProxyThatRefusesATunnelSeesNoKeyAndIsToldFromTheEndpoint() async throws {
    let proxy = LoopbackServer([.receive, answer(403, "no")])
    let client = try makeClient(environment: ["https_proxy": "http://127.0.0.1:\(proxy.port)"])
    let failure = try await failing {
      try await client.send(post("https://model.example/v1", headers: [HTTPHeader("Authorization", "Bearer key")]))
    }
    guard case .proxy = failure.cause else {
      Issue.record("\(failure)")
      return
    }
    #expect(proxy.log.requestTexts[0].hasPrefix("CONNECT model.example:443 HTTP/1.1\r\n"))
    #expect(!proxy.log.requestTexts[0].contains("key"))
    #expect(!failure.mayBeBilled)
  }

  @Test func aServerWithoutTLSIsNoSecureConnection() async throws {
    let server = LoopbackServer([.receiveSome, .text("HTTP/1.1 400 Bad Request\r\n\r\n")])
    let failure = try await failing { try await makeClient().send(post("https://127.0.0.1:\(server.port)/")) }
    guard case .tls = failure.cause else {
      Issue.record("\(failure)")
      return
    }
    #expect(!failure.mayBeBilled)
  }

  @Test func aCertificateFileThatIsMissingFailsTheCall() async throws {
    let server = LoopbackServer([.awaitClose])
    let client = try makeClient(environment: ["SSL_CERT_FILE": "/nonexistent/ca.pem"])
    guard case .tls = try await failing({ try await client.send(post("https://127.0.0.1:\(server.port)/")) }).cause else {
      Issue.record("a missing certificate file was passed over")
      return
    }
  }
}
