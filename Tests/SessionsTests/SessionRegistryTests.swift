import Sessions
import Testing

@Suite struct SessionRegistryTests {
    @Test func changedLimitsHoldForTheNextSession() throws {
        let registry = SessionRegistry(limits: .init(maximumSessions: 2))
        try registry.admit("a", userID: "u", loopIndex: 0)
        try registry.admit("b", userID: "u", loopIndex: 0)
        registry.setLimits(.init(maximumSessions: 1))
        #expect(registry.count == 2)
        #expect(throws: SessionRegistry.Refusal.tooManySessions(limit: 1)) {
            try registry.admit("c", userID: "u", loopIndex: 0)
        }
        registry.setLimits(.init(maximumSessions: 3, maximumSessionsPerUser: 2))
        #expect(throws: SessionRegistry.Refusal.tooManySessionsOfUser(limit: 2)) {
            try registry.admit("c", userID: "u", loopIndex: 0)
        }
        try registry.admit("c", userID: "v", loopIndex: 0)
    }

    private func refusal(_ registry: SessionRegistry, _ id: String, user: String) -> SessionRegistry.Refusal? {
        do throws(SessionRegistry.Refusal) {
            try registry.admit(id, userID: user, loopIndex: 0)
            return nil
        } catch {
            return error
        }
    }

    @Test func sessionsAreAdmittedUpToTheLimit() {
        let registry = SessionRegistry(limits: .init(maximumSessions: 2))
        #expect(refusal(registry, "a", user: "u") == nil)
        #expect(refusal(registry, "b", user: "u") == nil)
        #expect(refusal(registry, "c", user: "u") == .tooManySessions(limit: 2))
        registry.remove("a")
        #expect(refusal(registry, "c", user: "u") == nil)
        #expect(registry.count == 2)
    }

    @Test func eachUserHasALimit() {
        let registry = SessionRegistry(limits: .init(maximumSessions: 10, maximumSessionsPerUser: 1))
        #expect(refusal(registry, "a", user: "u") == nil)
        #expect(refusal(registry, "b", user: "u") == .tooManySessionsOfUser(limit: 1))
        #expect(refusal(registry, "c", user: "v") == nil)
        registry.remove("a")
        registry.remove("a")
        #expect(refusal(registry, "b", user: "u") == nil)
    }

    @Test func nobodyIsAdmittedWhileDraining() {
        let registry = SessionRegistry(limits: .init())
        registry.startDraining()
        #expect(registry.isDraining)
        #expect(refusal(registry, "a", user: "u") == .draining)
    }

    @Test func aSessionIsFoundOnItsLoop() throws {
        let registry = SessionRegistry(limits: .init())
        try registry.admit("a", userID: "u", loopIndex: 3)
        #expect(registry.loopIndex(of: "a") == 3)
        #expect(registry.loopIndex(of: "b") == nil)
    }
}

@Suite struct RandomIdentifierTests {
    @Test func uuidsAreVersionFourAndDiffer() {
        let ids = (0..<100).map { _ in RandomIdentifier.uuid() }
        #expect(Set(ids).count == 100)
        for id in ids {
            let parts = id.split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(parts[2].first == "4")
            #expect("89ab".contains(parts[3].first ?? "?"))
            #expect(id.allSatisfy { $0 == "-" || ($0.isHexDigit && !$0.isUppercase) })
        }
    }

    @Test func tokensHave256Bits() {
        #expect(RandomIdentifier.token().count == 64)
        #expect(RandomIdentifier.token() != RandomIdentifier.token())
    }

    @Test func comparingInConstantTimeComparesAll() {
        #expect("abc".equalsInConstantTime("abc"))
        #expect(!"abc".equalsInConstantTime("abd"))
        #expect(!"abc".equalsInConstantTime("ab"))
        #expect("".equalsInConstantTime(""))
    }
}
