// fk.filter: everything on arrays that is not second-order sections.
#include "bindings.hpp"

namespace fascikit::python {

void bind_filter_more(py::module_&) {}

}  // namespace fascikit::python
