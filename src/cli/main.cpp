// The program `fascikit`. Exit codes: 0 done, 1 the input could not be used (one line on
// stderr: what and where), 2 wrong usage.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/version.hpp"
#include "text.hpp"

namespace {

int fail(int code, const std::string& message) {
    std::fflush(stdout);
    std::fprintf(stderr, "fascikit: %s\n", fascikit::cli::printable(message).c_str());
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace fascikit;
    // Writing to a pipe that was closed gives an error that is looked at, and not a signal.
    std::signal(SIGPIPE, SIG_IGN);

    CLI::App program("Finds fasciculations and other spontaneous discharges in EMG, says what each one is and how sure it is.",
                     "fascikit");
    program.footer("Research use, not a medical device: it names discharges, never a diagnosis.\n"
                   "Exit codes: 0 done, 1 the input could not be used, 2 wrong usage.");
    program.set_version_flag("--version", "fascikit " FASCIKIT_VERSION_STRING, "Print the version and stop");
    program.require_subcommand(1);
    program.get_formatter()->column_width(34);
    cli::Run run;
    cli::add_analyze(program, run);
    cli::add_info(program, run);
    cli::add_simulate(program, run);
    cli::add_score(program, run);
    cli::add_stream(program, run);
    if (argc > 1 && argv[1][0] != '-') {
        // CLI11 only says that a subcommand is missing.
        std::string known;
        bool found = false;
        for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
            found = found || command->get_name() == argv[1];
            known += (known.empty() ? "" : ", ") + command->get_name();
        }
        if (!found) return fail(2, "'" + std::string(argv[1]) + "' is not a command: allowed is " + known);
    }
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& e) {
        program.exit(e);
        run = [] {};
    } catch (const CLI::Error& e) {
        return fail(2, std::string(e.what()) + " (see --help)");
    }
    try {
        run();
        cli::flush_output();
        return 0;
    } catch (const cli::OutputClosed&) {
        return 0;
    } catch (const InputError& e) {
        return fail(1, e.what());
    } catch (const std::invalid_argument& e) {
        return fail(2, e.what());
    } catch (const std::bad_alloc&) {
        return fail(1, "out of memory");
    } catch (const std::exception& e) {
        return fail(1, e.what());
    }
}
