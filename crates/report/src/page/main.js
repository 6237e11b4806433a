document.title = JSON.parse(document.getElementById("report-data").textContent).title;
