import Commands
import Glibc

exit(Program.ofThisProcess().run().rawValue)
