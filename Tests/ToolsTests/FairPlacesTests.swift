import Synchronization
import Testing

@testable import Tools

@Suite struct FairPlacesTests {
    /// Places, and who was started, in order.
    private final class Scene: Sendable {
        let places: FairPlaces
        private let started = Mutex<[String]>([])
        private let running = Mutex<[String: FairPlaces.Ticket]>([:])

        init(taken: Int, perSession: Int, waiting: Int) {
            places = FairPlaces(maximumTaken: taken, maximumPerSession: perSession, maximumWaiting: waiting)
        }

        /// - Parameter name: begins with its session's, a letter.
        @discardableResult
        func take(_ name: String) -> FairPlaces.Ticket? {
            places.take(for: String(name.prefix(1))) { ticket in
                self.started.withLock { $0.append(name) }
                self.running.withLock { $0[name] = ticket }
            }
        }

        func release(_ name: String) throws {
            places.release(try #require(running.withLock { $0.removeValue(forKey: name) }))
        }

        /// Since the last time.
        func takeStarted() -> [String] {
            started.withLock { started in
                defer { started = [] }
                return started
            }
        }
    }

    @Test func placesGoToTheSessionsInTurnWhateverEachAsksFor() throws {
        let scene = Scene(taken: 2, perSession: 2, waiting: 100)
        for number in 1...6 { scene.take("a\(number)") }
        scene.take("b1")
        scene.take("c1")
        scene.take("b2")
        #expect(scene.takeStarted() == ["a1", "a2"])
        var order: [String] = []
        for name in ["a1", "a2", "a3", "b1", "c1", "a4", "b2"] {
            try scene.release(name)
            order += scene.takeStarted()
        }
        #expect(order == ["a3", "b1", "c1", "a4", "b2", "a5", "a6"])
    }

    @Test func noSessionHasMoreThanItsShare() throws {
        let scene = Scene(taken: 4, perSession: 2, waiting: 100)
        for name in ["a1", "a2", "a3", "a4"] { scene.take(name) }
        #expect(scene.takeStarted() == ["a1", "a2"])
        scene.take("b1")
        scene.take("c1")
        #expect(scene.takeStarted() == ["b1", "c1"])
        // What another gives back is not for the first, which has its share.
        try scene.release("b1")
        #expect(scene.takeStarted() == [])
        try scene.release("a1")
        #expect(scene.takeStarted() == ["a3"])
    }

    @Test func soManyWaitAndNoMore() throws {
        let scene = Scene(taken: 1, perSession: 1, waiting: 2)
        for name in ["a1", "a2", "b1"] { #expect(scene.take(name) != nil) }
        #expect(scene.take("c1") == nil)
        try scene.release("a1")
        #expect(scene.take("c2") != nil)
        #expect(scene.takeStarted() == ["a1", "a2"])
    }

    @Test func oneThatWaitsCanBeWithdrawnOneThatRunsCannot() throws {
        let scene = Scene(taken: 1, perSession: 1, waiting: 10)
        let first = try #require(scene.take("a1"))
        let second = try #require(scene.take("a2"))
        scene.take("b1")
        #expect(!scene.places.withdraw(first))
        #expect(scene.places.withdraw(second))
        #expect(!scene.places.withdraw(second))
        try scene.release("a1")
        #expect(scene.takeStarted() == ["a1", "b1"])
        try scene.release("b1")
        scene.take("c1")
        #expect(scene.takeStarted() == ["c1"])
    }
}
